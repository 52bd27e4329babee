using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Tests.Addresses;

public class StorePathTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/", "")]
    [InlineData("a", "a")]
    [InlineData("/a", "a")]
    [InlineData("a/", "a")]
    [InlineData("/a/b/", "a/b")]
    [InlineData(" a / b ", " a / b ")]
    [InlineData("a/%2e%2e/b", "a/%2e%2e/b")]
    [InlineData("a\\..\\b", "a\\..\\b")]
    [InlineData("...", "...")]
    [InlineData("a..b/.c", "a..b/.c")]
    [InlineData("x?y#z;w+v", "x?y#z;w+v")]
    [InlineData("😀/é", "😀/é")]
    public void Text_is_literal_and_one_outer_slash_is_not_part_of_it(string text, string value) => StorePath.Parse(text).Value.ShouldBe(value);

    [Theory]
    [InlineData("//", "empty segment")]
    [InlineData("//a", "empty segment")]
    [InlineData("a//", "empty segment")]
    [InlineData("a//b", "empty segment")]
    [InlineData(".", "'.'")]
    [InlineData("./a", "'.'")]
    [InlineData("a/.", "'.'")]
    [InlineData("..", "'..'")]
    [InlineData("/..", "'..'")]
    [InlineData("a/../b", "'..'")]
    [InlineData("../../etc/passwd", "'..'")]
    [InlineData("a\0b", "NUL")]
    public void What_could_climb_or_cannot_be_stored_is_refused_with_its_reason(string text, string reason) =>
        Should.Throw<FormatException>(() => StorePath.Parse(text)).Message.ShouldContain(reason);

    [Fact]
    public void Half_a_character_is_refused()
    {
        // Not theory data: an attribute stores its text as UTF-8, which cannot hold half a character either.
        foreach (var text in new[] { "a\ud800", "\udc00a", "\udc00\ud800", "a/\ud83d/b" })
            Should.Throw<FormatException>(() => StorePath.Parse(text)).Message.ShouldContain("unpaired surrogate");
    }

    [Fact]
    public void Parse_print_parse_is_the_identity_and_no_segment_can_climb() =>
        Prop.ForAll(Texts.Hostile, text =>
        {
            if (!StorePath.TryParse(text, out var path))
                return Should.Throw<FormatException>(() => StorePath.Parse(text)) is not null;
            return StorePath.Parse(path.Value) == path
                && StorePath.Parse(path.ToString()).Equals(path)
                && path.Segments.All(s => s.Length > 0 && s is not "." and not ".." && !s.Contains('\0') && !s.Contains('/'))
                && string.Join('/', path.Segments) == path.Value
                && path.Depth == path.Segments.Count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void Order_is_that_of_the_utf8_bytes() =>
        Prop.ForAll(Texts.Hostile, Texts.Hostile, (a, b) =>
            !StorePath.TryParse(a, out var x) || !StorePath.TryParse(b, out var y)
            || Math.Sign(x.CompareTo(y)) == Math.Sign(Encoding.UTF8.GetBytes(x.Value).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y.Value))))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void A_surrogate_pair_comes_after_every_single_character()
    {
        Utf8Order.Compare("\uffff", "😀").ShouldBeLessThan(0);
        Utf8Order.Compare("\ue000", "😀").ShouldBeLessThan(0);
        Utf8Order.Compare("\ud7ff", "😀").ShouldBeLessThan(0);
        string.CompareOrdinal("\ue000", "😀").ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_order_at_the_edges_of_the_surrogates_is_that_of_the_bytes()
    {
        // U+D7FF, U+E000 and U+FFFF surround the surrogates; U+10000 and U+10FFFF are made of the first and the last of them.
        string[] ordered = ["a", "\ud7ff", "\ue000", "\uffff", "\ud800\udc00", "\ud800\udfff", "\udbff\udfff"];
        for (var i = 0; i < ordered.Length; i++)
        {
            for (var j = 0; j < ordered.Length; j++)
            {
                Math.Sign(Utf8Order.Compare(ordered[i], ordered[j])).ShouldBe(Math.Sign(i.CompareTo(j)));
                ((StorePath)ordered[i] < ordered[j]).ShouldBe(i < j);
                ((StorePath)ordered[i] > ordered[j]).ShouldBe(i > j);
                ((StorePath)ordered[i] <= ordered[j]).ShouldBe(i <= j);
                ((StorePath)ordered[i] >= ordered[j]).ShouldBe(i >= j);
            }
        }
    }

    [Fact]
    public void Text_in_a_message_is_on_one_line_and_short()
    {
        var whole = "//" + new string('a', 198);
        Should.Throw<FormatException>(() => StorePath.Parse(whole)).Message.ShouldContain("'" + whole + "'");
        Should.Throw<FormatException>(() => StorePath.Parse(whole + "a")).Message.ShouldContain("'" + whole + "…'");
        Should.Throw<FormatException>(() => StorePath.Parse("a\n//\ud800")).Message.ShouldContain("'a\\u000a//\\ud800'");
    }

    [Fact]
    public void Under_goes_by_whole_segments()
    {
        StorePath path = "a/bc/d";
        path.IsUnder("a").ShouldBeTrue();
        path.IsUnder("a/bc").ShouldBeTrue();
        path.IsUnder("a/bc/d").ShouldBeTrue();
        path.IsUnder(StorePath.Root).ShouldBeTrue();
        path.IsUnder("a/b").ShouldBeFalse();
        path.IsUnder("a/bc/d/e").ShouldBeFalse();
        path.RelativeTo("a").Value.ShouldBe("bc/d");
        path.RelativeTo(path).IsRoot.ShouldBeTrue();
        Should.Throw<ArgumentException>(() => path.RelativeTo("a/b")).Message.ShouldContain("'a/bc/d' is not under 'a/b'");
        Should.Throw<ArgumentNullException>(() => StorePath.Parse(null!));
        Should.Throw<ArgumentNullException>(() => (StorePath)(string)null!);
        StorePath.TryParse(null, out _).ShouldBeFalse();
    }

    [Fact]
    public void Parts_fit_together_again() =>
        Prop.ForAll(Texts.Hostile, text =>
            !StorePath.TryParse(text, out var path) || path.IsRoot
            || (path.Parent / StorePath.Parse(path.Name) == path && path.IsUnder(path.Parent) && path.Parent.Join(path.RelativeTo(path.Parent)) == path))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("a/b.txt", true)]
    [InlineData("", true)]
    [InlineData("é😀", true)]
    [InlineData("a/b\\c", false)]
    [InlineData("a:b", false)]
    [InlineData("what?", false)]
    [InlineData("con", false)]
    [InlineData("x/NUL.txt", false)]
    [InlineData("com1", false)]
    [InlineData("COM¹.log", false)]
    [InlineData("nul .txt", false)]
    [InlineData("console", true)]
    [InlineData("trailing.", false)]
    [InlineData("trailing ", false)]
    [InlineData("bell\a", false)]
    [InlineData("a b", true)]
    public void Portable_means_every_platform_can_hold_it(string text, bool portable) => StorePath.Parse(text).IsPortable.ShouldBe(portable);

    [Fact]
    public void A_name_over_255_bytes_is_not_portable()
    {
        StorePath.Parse(new string('a', 255)).IsPortable.ShouldBeTrue();
        StorePath.Parse(new string('é', 128)).IsPortable.ShouldBeFalse();
    }
}
