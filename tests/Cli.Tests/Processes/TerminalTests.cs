namespace Cairn.Cli.Tests.Processes;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u001b[2Jb", "a\\u001b[2Jb")]
    [InlineData("a\u202Eb\u2066", "a\\u202eb\\u2066")]
    [InlineData("tab\tis shown", "tab\tis shown")]
    public void What_a_terminal_obeys_is_escaped(string text, string shown) => TerminalText.Escape(text).ShouldBe(shown);

    [Fact]
    public async Task Names_are_escaped_on_a_terminal_and_whole_in_a_pipe()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "The command 'script' makes a terminal.");
        using var box = await Sandbox.CreateAsync();
        box.File("in/a\u001b[2Jb", "x");
        (await box.BashAsync($"script -qec \"dotnet '{Sandbox.Command}' ls in\" /dev/null </dev/null")).Ok().Output.TrimEnd().ShouldBe("a\\u001b[2Jb");
        (await box.RunAsync("ls", box["in"])).Ok().Output.TrimEnd().ShouldBe("a\u001b[2Jb");
    }
}
