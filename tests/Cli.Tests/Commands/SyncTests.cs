namespace Cairn.Cli.Tests.Commands;

public sealed class SyncTests
{
    [Fact]
    public async Task It_copies_what_is_new_then_nothing_then_what_changed()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("sync", box["in"], ":kept")).Ok();
        (await box.TreeAsync(":kept")).ShouldBe(["a.txt=a", "d/e/y.txt=y", "d/x.txt=x"]);
        Actions(await box.RunAsync("sync", box["in"], ":kept", "--json")).ShouldBeEmpty();

        box.File("in/a.txt", "longer");
        box.File("in/d/x.txt", "X");
        File.SetLastWriteTimeUtc(box["in/d/x.txt"], new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Actions(await box.RunAsync("sync", box["in"], ":kept", "--json")).ShouldBe(["copy a.txt length", "copy d/x.txt time"]);
        (await box.TreeAsync(":kept")).ShouldBe(["a.txt=longer", "d/e/y.txt=y", "d/x.txt=X"]);
    }

    [Fact]
    public async Task Without_delete_what_is_extra_stays_and_with_it_the_trees_are_equal()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("sync", box["in"], ":kept")).Ok();
        (await box.RunAsync("cp", Files.Quick(box), ":kept/extra/deep/q.txt")).Ok();
        (await box.RunAsync("mkdir", ":kept/made/empty")).Ok();
        (await box.RunAsync("sync", box["in"], ":kept")).Ok();
        (await box.TreeAsync(":kept")).ShouldContain("extra/deep/q.txt=quick");

        Actions(await box.RunAsync("sync", "--delete", box["in"], ":kept", "--json")).ShouldBe(["remove extra/deep/q.txt not in the source", "remove made/empty not in the source"]);
        (await box.TreeAsync(":kept")).ShouldBe(["a.txt=a", "d/e/y.txt=y", "d/x.txt=x"]);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_changes_nothing()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cp", Files.Quick(box), ":kept/extra.txt")).Ok();
        var said = Actions(await box.RunAsync("sync", "--dry-run", "--delete", box["in"], ":kept", "--json"));
        said.ShouldBe(["copy a.txt new", "copy d/e/y.txt new", "copy d/x.txt new", "remove extra.txt not in the source"]);
        (await box.TreeAsync(":kept")).ShouldBe(["extra.txt=quick"]);
        Actions(await box.RunAsync("sync", "--delete", box["in"], ":kept", "--json")).ShouldBe(said);
        (await box.TreeAsync(":kept")).ShouldBe(["a.txt=a", "d/e/y.txt=y", "d/x.txt=x"]);
    }

    [Fact]
    public async Task By_checksum_content_counts_and_time_does_not()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("sync", box["in"], ":kept")).Ok();
        box.File("in/a.txt", "A");
        File.SetLastWriteTimeUtc(box["in/a.txt"], new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(box["in/d/x.txt"], new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Actions(await box.RunAsync("sync", "--dry-run", box["in"], ":kept", "--json")).ShouldBe(["copy a.txt time", "copy d/x.txt time"]);
        Actions(await box.RunAsync("sync", "--checksum", box["in"], ":kept", "--json")).ShouldBe(["copy a.txt content"]);
    }

    [Fact]
    public async Task A_file_and_a_folder_change_places()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("sync", box["in"], ":kept")).Ok();
        File.Delete(box["in/a.txt"]);
        box.File("in/a.txt/inner.txt", "i");
        Directory.Delete(box["in/d"], recursive: true);
        box.File("in/d", "now a file");

        (await box.RunAsync("sync", box["in"], ":kept")).Code.ShouldBe(1, "without --delete nothing may be removed");
        (await box.RunAsync("sync", "--delete", box["in"], ":kept")).Ok();
        (await box.TreeAsync(":kept")).ShouldBe(["a.txt/inner.txt=i", "d=now a file"]);
    }

    [Fact]
    public async Task Empty_folders_are_made()
    {
        using var box = await PrepareAsync();
        Directory.CreateDirectory(box["in/void/deep"]);
        (await box.RunAsync("sync", box["in"], ":kept")).Ok();
        (await box.TreeAsync(":kept")).ShouldContain("void/deep/");
        Actions(await box.RunAsync("sync", "--delete", box["in"], ":kept", "--json")).ShouldBeEmpty();
        box.File("in/void/deep/file.txt", "f");
        Actions(await box.RunAsync("sync", "--delete", box["in"], ":kept", "--json")).ShouldBe(["copy void/deep/file.txt new"]);
    }

    /// <summary>A directory is in the way of one file: the others are copied, and the summary and the JSON count the failure.</summary>
    [Fact]
    public async Task A_file_that_fails_is_counted_and_named_in_the_summary_and_in_the_json()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cp", Files.Quick(box), ":kept/a.txt/inner")).Ok();
        var failed = await box.RunAsync("sync", box["in"], ":kept");
        failed.Code.ShouldBe(1);
        failed.Output.ShouldContain("Copied 2 (2 B), removed 0, kept 0, failed 1.");
        var again = await box.RunAsync("sync", box["in"], ":kept", "--json");
        again.Code.ShouldBe(1);
        var failure = again.Json.Where(j => j.GetProperty("action").GetString() == "fail").ShouldHaveSingleItem();
        failure.GetProperty("address").GetString()!.ShouldEndWith("/kept/a.txt");
        failure.GetProperty("code").GetString().ShouldBe("PathConflict");
    }

    /// <summary>A download that cannot be written names the file that could not be, not its source.</summary>
    [Fact]
    public async Task A_local_target_that_cannot_be_written_is_named()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cp", box["in/a.txt"], ":a.txt")).Ok();
        box.File("file", "in the way");
        (await box.RunAsync("cp", ":a.txt", box["file/below/a.txt"])).Fails(1, "/file/below/a.txt");
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("sync", "--delete", box["nope"], ":kept")).Fails(1, "NotFound");
        (await box.RunAsync("sync", box["in/a.txt"], ":kept")).Fails(1, "it is a file");
        (await box.RunAsync("sync", ":", ":kept")).Fails(1, "contains the other");
        (await box.RunAsync("sync", ":kept", "default:")).Fails(1, "");
        (await box.RunAsync("sync", box["in"])).Fails(2, "");
    }

    private static string[] Actions(CliResult result) =>
        [.. result.Ok().Json.Select(j => $"{j.GetProperty("action").GetString()} {j.GetProperty("name").GetString()} {j.GetProperty("reason").GetString()}")];

    private static async Task<Sandbox> PrepareAsync()
    {
        var box = await Sandbox.CreateAsync();
        foreach (var (path, text) in new[] { ("a.txt", "a"), ("d/x.txt", "x"), ("d/e/y.txt", "y") })
            box.File("in/" + path, text);
        return box;
    }
}
