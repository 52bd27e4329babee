namespace Cairn.Cli.Tests.Commands;

/// <summary>What a listing meets and does not list: each of the listing commands says so.</summary>
public sealed class LeftOutTests
{
    private static readonly string[][] Listings = [["ls", "-r", "in"], ["du", "in"], ["tree", "in"], ["find", "in/**"], ["find", "in/{*,d/*}"]];

    [Fact]
    public async Task Links_special_files_and_names_that_are_not_text_are_counted_and_named()
    {
        using var box = await PrepareAsync();
        foreach (var listing in Listings)
        {
            var (shown, prefix) = await RunAsync(box, listing);
            shown.Code.ShouldBe(0, shown.Error);
            shown.Error.TrimEnd('\n').Split('\n').ShouldBe(
            [
                $"note: 2 links that do not point to files were left out: '{prefix}broken', '{prefix}linked'",
                $"note: 1 pipe, socket or device was left out: '{prefix}d/pipe'",
                $"note: 1 name that is not valid in a path was left out: '{prefix}d/\\xff'",
            ], string.Join(' ', listing));
            shown.Output.ShouldContain("a.txt");
        }
        // Not recursive: what lies deeper is not looked at.
        var top = await box.RunAsync("ls", box["in"]);
        (top.Code, top.Error).ShouldBe((0, "note: 2 links that do not point to files were left out: 'broken', 'linked'\n"));
        (await box.RunAsync("tree", "--depth", "1", box["in"])).Error.ShouldBe(top.Error);
        // A pipe is no match of this pattern; a folder may hold some.
        (await box.RunAsync("find", box["in/**/*.txt"])).Error.ShouldNotContain("pipe");
    }

    [Fact]
    public async Task Json_has_an_object_for_each()
    {
        using var box = await PrepareAsync();
        foreach (var listing in Listings)
        {
            var (shown, _) = await RunAsync(box, [.. listing, "--json"]);
            shown.Code.ShouldBe(0, shown.Error);
            var leftOut = shown.Json.Where(static e => e.TryGetProperty("reason", out _)).ToArray();
            leftOut.Select(static e => $"{e.GetProperty("name")} {e.GetProperty("kind")}").ShouldBe(["broken link", "d/\\xff unnameable", "d/pipe special", "linked link"], string.Join(' ', listing));
            leftOut[0].GetProperty("reason").GetString()!.ShouldContain("whose target does not exist");
            leftOut.Count(static e => e.TryGetProperty("address", out var _)).ShouldBe(0);
        }
    }

    [Fact]
    public async Task More_than_five_are_counted_and_the_first_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links.");
        using var box = await Sandbox.CreateAsync();
        Directory.CreateDirectory(box["in"]);
        for (var i = 0; i < 7; i++)
            File.CreateSymbolicLink(box[$"in/{i}"], "nowhere");
        (await box.RunAsync("ls", box["in"])).Error.ShouldBe("note: 7 links that do not point to files were left out: '0', '1', '2', '3', '4', …\n");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_a_failure_and_the_rest_is_listed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Another user is needed, whom a folder can be closed to.");
        using var box = await Sandbox.CreateAsync();
        box.File("in/a.txt", "a");
        box.File("in/locked/b.txt", "b");
        box.File("in/z/c.txt", "c");
        (await box.BashAsync("chmod -R a+rX . && chmod 700 in/locked")).Ok();
        foreach (var listing in new[] { "ls -r in", "du in", "tree in", "find 'in/**'", "find 'in/*/*.txt'", "ls -r in --json", "tree in --json" })
        {
            var shown = await box.BashAsync($"setpriv --reuid=65534 --regid=65534 --clear-groups dotnet '{Sandbox.Command}' {listing}; exit $?");
            shown.Fails(1, $"{box["in/locked"]}: the system denies access");
            shown.Output.ShouldContain(listing.StartsWith("du", StringComparison.Ordinal) ? "in/z" : "c.txt", Case.Sensitive, listing);
            if (listing.EndsWith("--json", StringComparison.Ordinal))
                shown.Json.Single(static e => e.TryGetProperty("reason", out _)).GetProperty("kind").GetString().ShouldBe("unreadable");
        }
    }

    private static async Task<(CliResult Result, string Prefix)> RunAsync(Sandbox box, string[] listing)
    {
        string[] args = [.. listing.Select(a => a.StartsWith("in", StringComparison.Ordinal) ? box[a] : a)];
        // find shows addresses, the others what is below the folder.
        return (await box.RunAsync(args), listing[0] == "find" ? box["in"] + "/" : "");
    }

    private static async Task<Sandbox> PrepareAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links, pipes and names that are not text.");
        var box = await Sandbox.CreateAsync();
        box.File("in/a.txt", "a");
        box.File("in/d/x.txt", "x");
        File.CreateSymbolicLink(box["in/broken"], "nowhere");
        Directory.CreateSymbolicLink(box["in/linked"], "d");
        (await box.BashAsync("mkfifo in/d/pipe && touch in/d/$'\\xff'")).Ok();
        return box;
    }
}
