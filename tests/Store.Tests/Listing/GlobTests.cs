using System.Text;
using System.Text.RegularExpressions;
using Cairn.Listing;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Listing;

public sealed class GlobTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "A", false)]
    [InlineData("*", "a.txt", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("*.txt", ".txt", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("?", "é", true)]
    [InlineData("?", "\U0001F600", true)]
    [InlineData("??", "\U0001F600", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[]]", "]", true)]
    [InlineData("[!]]", "]", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[*]", "*", true)]
    [InlineData("[*]", "x", false)]
    [InlineData("[{]", "{", true)]
    [InlineData("[[]", "[", true)]
    [InlineData("a\\b", "a\\b", true)]
    [InlineData("**", "a/b/c", true)]
    [InlineData("**/c", "c", true)]
    [InlineData("**/c", "a/b/c", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b/**/c", "a/b/x/b/y/c", true)]
    [InlineData("**/b/*", "a/b/c/d", false)]
    [InlineData("a**b", "aXYb", true)]
    [InlineData("a**b", "aX/Yb", false)]
    [InlineData("{a,b}/c", "b/c", true)]
    [InlineData("{a,b/{x,y}}/c", "b/y/c", true)]
    [InlineData("{a,b/{x,y}}/c", "b/c", false)]
    [InlineData("x{,y}", "x", true)]
    [InlineData("x{,y}", "xy", true)]
    [InlineData("{*.cs,*.md}", "a.md", true)]
    [InlineData("[{]a,b}", "{a,b}", true)]
    [InlineData("}", "}", true)]
    [InlineData("a,b", "a,b", true)]
    [InlineData("/a", "a", true)]
    public void Matches(string pattern, string path, bool expected) => Glob.Parse(pattern).IsMatch(path).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("[a/b]")]
    [InlineData("{a")]
    [InlineData("[z-a]")]
    [InlineData("{a,}/{,b}")]
    [InlineData("{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}")]
    public void Refuses(string pattern) => Should.Throw<ArgumentException>(() => Glob.Parse(pattern)).Message.ShouldContain("is not a glob");

    [Fact]
    public void Agrees_with_a_regular_expression()
    {
        var pieces = Gen.Elements("a", "b", "ab", "*", "?", "[ab]", "[!a]", ".", "{a,b*}", "{,c}", "[*]", "\\");
        var segments = Gen.OneOf(Gen.Constant("**"), Some(pieces, 4).Select(l => string.Concat(l)));
        var patterns = Some(segments, 5).Select(l => string.Join('/', l))
            .Where(p => !Array.Exists(Expand(p).SelectMany(e => e.Split('/')).ToArray(), s => s is "" or "." or ".."));
        var names = Gen.Elements("a", "b", "c", ".", "*", "\\").NonEmptyListOf().Where(l => l.Count < 5).Select(l => string.Concat(l)).Where(n => n is not ("." or ".."));
        var paths = Some(names, 5).Select(l => string.Join('/', l));
        var count = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 100_000 : 3_000;
        Prop.ForAll(patterns.Zip(paths).ToArbitrary(), pair => Glob.Parse(pair.Item1).IsMatch(pair.Item2) == Reference(pair.Item1).IsMatch(pair.Item2))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(count));
    }

    [Fact]
    public void A_pattern_full_of_stars_is_matched_in_no_time()
    {
        var stars = string.Concat(Enumerable.Repeat("*a", 200));
        Glob.Parse(stars).IsMatch(new string('a', 5000) + "b").ShouldBeFalse();
        Glob.Parse(string.Join('/', Enumerable.Repeat("**/a", 50)) + "/b").IsMatch(string.Join('/', Enumerable.Repeat("a", 500))).ShouldBeFalse();
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var close = pattern.IndexOf('}', StringComparison.Ordinal);
        if (close < 0)
            return [pattern];
        var open = pattern.LastIndexOf('{', close);
        return pattern[(open + 1)..close].Split(',').SelectMany(choice => Expand(pattern[..open] + choice + pattern[(close + 1)..]));
    }

    private static Regex Reference(string pattern)
    {
        return new("^(" + string.Join('|', Expand(pattern).Select(One)) + ")\\z", RegexOptions.CultureInvariant);

        static string One(string text)
        {
            var segments = text.Split('/');
            var regex = new StringBuilder();
            for (var i = 0; i < segments.Length; i++)
            {
                if (segments[i] == "**")
                    regex.Append(i == segments.Length - 1 ? "[^/]+(/[^/]+)*" : "([^/]+/)*");
                else
                    regex.Append(Segment(segments[i])).Append(i == segments.Length - 1 ? "" : "/");
            }
            return regex.ToString();
        }

        static string Segment(string segment) => Regex.Replace(
            segment, @"\*+|\?|\[!?.[^]]*\]|.", m => m.Value switch
            {
                ['*', ..] => "[^/]*",
                "?" => "[^/]",
                ['[', '!', .. var rest] => "[^/" + rest,
                ['[', .. var rest] when rest.Length > 1 => "[" + rest,
                var c => Regex.Escape(c),
            });
    }

    private static Gen<List<string>> Some(Gen<string> texts, int most) =>
        from count in Gen.Choose(1, most)
        from list in texts.ListOf(count)
        select list.ToList();
}
