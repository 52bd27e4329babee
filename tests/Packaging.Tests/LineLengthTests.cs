using System.Globalization;
using System.Text.RegularExpressions;

namespace Packaging.Tests;

/// <summary>Lines of code are as short as <c>.editorconfig</c> says; no formatter checks it.</summary>
public sealed partial class LineLengthTests
{
    private static readonly string[] Folders = ["bench", "plugins", "samples", "src", "templates", "tests"];

    [Fact]
    public void No_line_of_code_is_longer_than_the_limit()
    {
        var limit = int.Parse(MaxLineLength.Match(File.ReadAllText(Path.Join(PackedFolder.Root, ".editorconfig"))).Groups[1].Value, CultureInfo.InvariantCulture);
        var files = 0;
        var tooLong = new List<string>();
        foreach (var file in Folders.SelectMany(f => Directory.EnumerateFiles(Path.Join(PackedFolder.Root, f), "*.cs", SearchOption.AllDirectories)))
        {
            var name = Path.GetRelativePath(PackedFolder.Root, file).Replace('\\', '/');
            if (name.Split('/').Any(part => part is "obj" or "bin"))
                continue;
            files++;
            tooLong.AddRange(TooLong(File.ReadAllLines(file), limit).Select(line => $"{name}({line})"));
        }
        files.ShouldBeGreaterThan(900);
        tooLong.ShouldBeEmpty();
    }

    [Fact]
    public void Only_a_text_in_quotes_may_make_a_line_longer()
    {
        var text = new string('a', 30);
        string[] lines =
        [
            $"var {text} = 0;", $"Call(\"{text}\");", $"{text}.Call(\"{text}\");", $"// {text}", "/// \"a\" b", $"/// \"{text}\"",
            "var raw = \"\"\"", $"{text} {text}", "\"\"\";", $"Call(\"\"\"{text}\"\"\");", $"{text}.Call();",
        ];
        TooLong(lines, 20).ShouldBe([1, 3, 4, 6, 11]);
    }

    /// <returns>The numbers of the lines that are too long.</returns>
    private static IEnumerable<int> TooLong(string[] lines, int limit)
    {
        var inRaw = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var opensOrClosesRaw = RawQuotes.Count(line) % 2 == 1;
            var isText = inRaw || opensOrClosesRaw || RawQuotes.IsMatch(line);
            inRaw ^= opensOrClosesRaw;
            if (line.Length <= limit || isText)
                continue;
            if (line.TrimStart().StartsWith("//", StringComparison.Ordinal) || Literal.Replace(line, "").Length > limit)
                yield return i + 1;
        }
    }

    [GeneratedRegex(@"^max_line_length = (\d+)$", RegexOptions.Multiline)]
    private static partial Regex MaxLineLength { get; }

    [GeneratedRegex("\"\"\"")]
    private static partial Regex RawQuotes { get; }

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal { get; }
}
