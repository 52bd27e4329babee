using Cairn.Flavors;
using Cairn.Workspaces;

namespace Cairn.Cli.Tests.Processes;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(0, "ls", ":")]
    [InlineData(0, "--help")]
    [InlineData(0, "--version")]
    [InlineData(0, "-?")]
    [InlineData(0, "ls", "-h", "--nope")]
    [InlineData(0, "store", "register", "--help")]
    [InlineData(1, "ls", ":nope")]
    [InlineData(1, "ls", "nope:")]
    [InlineData(1, "cat", "https://example.invalid/x")]
    [InlineData(2, "nope")]
    [InlineData(2, "--version", "ls")]
    [InlineData(2, "ls", "--version")]
    [InlineData(2)]
    [InlineData(2, "ls", "--nope")]
    [InlineData(2, "ls", "a//b:", "c")]
    [InlineData(2, "ls", "mem://")]
    [InlineData(2, "ls", ":a//b")]
    [InlineData(2, "stat")]
    public async Task The_exit_code_tells(int code, params string[] args)
    {
        using var box = await Sandbox.CreateAsync();
        var result = await box.ProcessAsync(args);
        if (code == 0)
            result.Ok();
        else
            result.Fails(code, "").Output.ShouldBe("");
    }

    [Fact]
    public async Task An_error_is_one_line_with_its_code_and_what_to_do_and_verbose_has_more()
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync("cat", ":no\nsuch\u001b[31m")).Fails(1, "(NotFound). List the existing files with 'cairn ls'.").Error.ShouldNotContain("\u001b");
        var verbose = await box.RunAsync("--verbose", "cat", ":nope");
        verbose.Code.ShouldBe(1);
        verbose.Error.ShouldContain("   at ");
    }

    [Fact]
    public async Task No_message_shows_a_secret_that_was_resolved()
    {
        const string Secret = "hunter2-very-secret";
        using var box = await Sandbox.CreateAsync();
        var flavors = new FlavorRegistry().Add<LeakyProvider>();
        var workspace = Workspace.Open(box.Folder, flavors);
        box.File("key.txt", Secret);
        await workspace.RegisterAsync(
            new RegisteredStore("leaky", "leaky", StoreUri.Parse("lk://x")) { Options = new Dictionary<string, string> { ["token"] = "file:key.txt" } }, TestContext.Current.CancellationToken);
        File.ReadAllText(box[".cairn/workspace.json"]).ShouldNotContain(Secret);

        var error = new StringWriter();
        await using var session = new Session(new CommandOutput(new MemoryStream()), error, box.Folder, verbose: true, flavors);
        var thrown = await Should.ThrowAsync<Exception>(async () => await session.OpenAsync("leaky:a", TestContext.Current.CancellationToken));
        thrown.ToString().ShouldContain(Secret, Case.Sensitive, "the provider of this test leaks, or the test shows nothing");
        session.Report(thrown).ShouldBe(1);
        error.ToString().ShouldContain("***");
        error.ToString().ShouldNotContain(Secret);
    }
}
