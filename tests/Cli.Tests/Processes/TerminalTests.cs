namespace Cairn.Cli.Tests.Processes;

/// <summary>Names that hold what a terminal obeys: it gets them escaped, whatever shows them; a pipe gets them as they are.</summary>
public sealed class TerminalTests
{
    /// <summary>Clears the screen, returns to the beginning of the line, rings, and turns the direction of writing.</summary>
    private const string Name = "a\u001b[2Jb\rc\u0007d\u202ee\u009b1m";

    private const string Shown = @"a\u001b[2Jb\u000dc\u0007d\u202ee\u009b1m";

    /// <summary>In errors, a carriage return is a blank.</summary>
    private const string InError = @"a\u001b[2Jb c\u0007d\u202ee\u009b1m";

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u001b[2Jb", "a\\u001b[2Jb")]
    [InlineData("a\u202Eb\u2066", "a\\u202eb\\u2066")]
    [InlineData("tab\tis shown", "tab\tis shown")]
    public void What_a_terminal_obeys_is_escaped(string text, string shown) => TerminalText.Escape(text).ShouldBe(shown);

    [Theory]
    [InlineData("ls", "in")]
    [InlineData("ls", "-l", "in")]
    [InlineData("tree", "in")]
    [InlineData("du", "in")]
    [InlineData("find", "in/*")]
    [InlineData("stat", "in/NAME")]
    [InlineData("cp", "-v", "in/NAME", "to")]
    [InlineData("sync", "in", "to")]
    [InlineData("mv", "-v", "in/NAME", "moved")]
    public async Task Listings_and_reports_escape_them_on_a_terminal_alone(params string[] args)
    {
        using var box = await PrepareAsync();
        var words = args.Select(a => a.Replace("NAME", Name, StringComparison.Ordinal)).ToArray();
        var shown = await box.TerminalAsync([.. words, .. args[0] == "sync" ? new[] { "--dry-run" } : []]);
        shown.ShouldContain(Shown, Case.Sensitive);
        ShouldBeHarmless(shown);
        if (args[0] is "ls" or "find")
        {
            var piped = (await box.ProcessAsync(words)).Ok().Output;
            piped.ShouldContain(Name, Case.Sensitive);
        }
    }

    [Theory]
    [InlineData("cat", "in/NAME/x")]
    [InlineData("ls", "NAME")]
    [InlineData("cp", "NAME", "to")]
    [InlineData("-v", "cp", "NAME", "to")]
    [InlineData("rm", ":NAME")]
    [InlineData("load", "NAME")]
    [InlineData("save", "NAME")]
    [InlineData("NAME")]
    [InlineData("ls", "--NAME")]
    public async Task Errors_escape_them_everywhere(params string[] args)
    {
        using var box = await PrepareAsync();
        var words = args.Select(a => a.Replace("NAME", Name, StringComparison.Ordinal)).ToArray();
        var piped = await box.ProcessAsync(words);
        piped.Code.ShouldNotBe(0);
        foreach (var text in new[] { piped.Error, await box.TerminalAsync(words) })
        {
            (text.Contains(InError, StringComparison.Ordinal) || text.Contains(Shown, StringComparison.Ordinal)).ShouldBeTrue(text);
            ShouldBeHarmless(text);
        }
    }

    [Fact]
    public async Task What_a_listing_leaves_out_and_progress_escape_them()
    {
        using var box = await PrepareAsync();
        File.CreateSymbolicLink(box[$"in/{Name}link"], "nowhere");
        var listed = await box.TerminalAsync("ls", "in");
        listed.ShouldContain($"left out: '{InError}link'", Case.Sensitive);
        ShouldBeHarmless(listed);
        await File.WriteAllBytesAsync(box[$"in/{Name}"], new byte[64 << 20]);
        var copied = await box.TerminalAsync("cp", $"in/{Name}", "store:x");
        ShouldBeHarmless(copied);
        copied = await box.TerminalAsync("cp", $"in/{Name}", ":x");
        ShouldBeHarmless(copied);
        new FileInfo(box[".cairn/store/x"]).Length.ShouldBe(64 << 20);
    }

    private static void ShouldBeHarmless(string text)
    {
        text.ShouldNotContain("a\u001b", Case.Sensitive);
        text.ShouldNotContain("b\rc", Case.Sensitive);
        text.ShouldNotContain("c\u0007", Case.Sensitive);
        text.ShouldNotContain("\u202e", Case.Sensitive);
        text.ShouldNotContain("\u009b", Case.Sensitive);
    }

    private static async Task<Sandbox> PrepareAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems refuse such names.");
        var box = await Sandbox.CreateAsync();
        box.File($"in/{Name}", "x");
        return box;
    }
}
