namespace Cairn.Cli.Tests.Commands;

/// <summary>Jobs on trees of which a part fails, and their options.</summary>
public sealed class TreeJobTests
{
    [Fact]
    public async Task A_copy_and_a_sync_name_each_failure_do_the_rest_and_end_with_1()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links.");
        using var box = await PrepareAsync();
        File.CreateSymbolicLink(box["in/broken"], "nowhere");
        Directory.CreateSymbolicLink(box["in/linked"], "d");

        foreach (var command in new[] { "cp -r", "sync" })
        {
            var result = await box.RunAsync([.. command.Split(' '), box["in"], $":{command[0]}"]);
            result.Code.ShouldBe(1);
            var lines = result.Error.TrimEnd('\n').Split('\n');
            lines.Length.ShouldBe(3, result.Error);
            lines[0].ShouldContain("/in/broken: it is a symbolic link whose target does not exist");
            lines[1].ShouldContain("/in/linked: it is a symbolic link to a folder");
            lines[2].ShouldBe("cairn: 2 failed and 3 succeeded.");
            (await box.TreeAsync($":{command[0]}")).ShouldBe(["a.txt=a", "d/e/y.txt=y", "d/x.txt=x"]);
        }
        (await box.RunAsync("sync", box["in"], ":s")).Output.ShouldBe("Copied 0 (0 B), removed 0, kept 3, failed 2.\n");
        var json = (await box.RunAsync("sync", "--json", box["in"], ":s")).Json;
        json.Select(j => $"{j.GetProperty("action")} {j.GetProperty("code")}").ShouldBe(["fail PathConflict", "fail PathConflict"]);
        json[0].GetProperty("address").GetString().ShouldEndWith("/in/broken");
    }

    [Fact]
    public async Task Links_are_skipped_or_followed_as_asked()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links.");
        using var box = await PrepareAsync();
        Directory.CreateSymbolicLink(box["in/linked"], "d");

        var skipped = await box.RunAsync("cp", "-r", "--links", "skip", box["in"], ":skip");
        skipped.Code.ShouldBe(0);
        skipped.Error.ShouldBe("skipped linked: it is a symbolic link\n");
        (await box.TreeAsync(":skip")).Length.ShouldBe(3);
        (await box.RunAsync("cp", "-r", "--links", "follow", box["in"], ":follow")).Ok();
        (await box.TreeAsync(":follow")).ShouldContain("linked/e/y.txt=y");
        (await box.RunAsync("cp", "-r", "--links", "maybe", box["in"], ":")).Fails(2, "'maybe'");
    }

    [Fact]
    public async Task Filters_choose_files()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cp", "-r", "--include", "**/*.txt", "--exclude", "d/e/**", box["in"], ":c")).Ok();
        (await box.TreeAsync(":c")).ShouldBe(["a.txt=a", "d/x.txt=x"]);
        (await box.RunAsync("sync", "--exclude", "d/**", box["in"], ":s")).Ok();
        (await box.TreeAsync(":s")).ShouldBe(["a.txt=a"]);
        (await box.RunAsync("cp", "--include", "*", box["in/a.txt"], ":x")).Fails(2, "Add -r");
    }

    [Fact]
    public async Task No_more_is_removed_than_allowed()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("sync", box["in"], ":s")).Ok();
        File.Delete(box["in/a.txt"]);
        File.Delete(box["in/d/x.txt"]);
        (await box.RunAsync("sync", "--delete", "--max-delete", "1", box["in"], ":s")).Fails(1, "the limit of 1");
        (await box.TreeAsync(":s")).Length.ShouldBe(3);
        (await box.RunAsync("sync", "--delete", "--max-delete", "2", box["in"], ":s")).Ok();
        (await box.TreeAsync(":s")).ShouldBe(["d/e/y.txt=y"]);
    }

    [Fact]
    public async Task Removing_a_tree_removes_links_and_not_what_they_lead_to()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links.");
        using var box = await PrepareAsync();
        box.File("kept/precious.txt", "p");
        Directory.CreateSymbolicLink(box["in/linked"], box["kept"]);
        File.CreateSymbolicLink(box["in/d/broken"], "nowhere");
        (await box.RunAsync("rm", "-r", box["in"])).Ok();
        Directory.Exists(box["in"]).ShouldBeFalse();
        File.Exists(box["kept/precious.txt"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Verbose_says_what_is_copied()
    {
        using var box = await PrepareAsync();
        (await box.RunAsync("cp", "-r", "-v", box["in"] + "/.", ":c")).Ok().Lines.Order(StringComparer.Ordinal).First().ShouldEndWith("/in/./a.txt -> :c/a.txt");
        (await box.RunAsync("mv", "-v", ":c/a.txt", ":b.txt")).Ok().Output.ShouldBe(":c/a.txt -> :b.txt\n");
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_file_keeps_its_time_and_stays_executable_between_local_places()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Others have no such bit, or do not keep times exactly.");
        using var box = await PrepareAsync();
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(1234567);
        box.File("in/tool", new string('x', 100_000));
        File.SetUnixFileMode(box["in/tool"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in new[] { "in/tool", "in/a.txt" })
            File.SetLastWriteTimeUtc(box[file], time);
        (await box.RunAsync("cp", "-r", box["in"], ":store")).Ok();
        (await box.RunAsync("cp", "-r", ":store", box["out"])).Ok();
        (await box.RunAsync("sync", box["out"], box["last"])).Ok();
        foreach (var folder in new[] { ".cairn/store/store", "out", "last" })
        {
            foreach (var file in new[] { "tool", "a.txt" })
                File.GetLastWriteTimeUtc(box[$"{folder}/{file}"]).ShouldBe(time, $"{folder}/{file}");
            File.GetUnixFileMode(box[$"{folder}/tool"]).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue(folder);
            File.GetUnixFileMode(box[$"{folder}/a.txt"]).HasFlag(UnixFileMode.UserExecute).ShouldBeFalse(folder);
        }
        (await box.RunAsync("sync", box["last"], ":store")).Ok().Output.ShouldContain("Copied 0");
    }

    [Fact]
    public async Task A_move_to_another_device_copies_and_then_deletes()
    {
        const string Other = "/dev/shm";
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists(Other), "There is no second device.");
        using var box = await PrepareAsync();
        Assert.SkipWhen(box.Folder.StartsWith(Other, StringComparison.Ordinal), "The folder for temporary files is on it.");
        var target = Path.Join(Other, Path.GetFileName(box.Folder));
        try
        {
            (await box.RunAsync("mkdir", target)).Ok();
            (await box.RunAsync("mv", box["in/a.txt"], target + "/b.txt")).Ok();
            (await box.RunAsync("mv", box["in"], target + "/tree")).Ok();
            File.ReadAllText(target + "/b.txt").ShouldBe("a");
            File.ReadAllText(target + "/tree/d/e/y.txt").ShouldBe("y");
            Directory.Exists(box["in"]).ShouldBeFalse();
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    [Theory]
    [InlineData("cp")]
    [InlineData("mv")]
    public async Task The_usage_says_that_the_last_address_is_the_target(string command)
    {
        using var box = await Sandbox.CreateAsync();
        (await box.RunAsync(command, "--help")).Ok().Output.ShouldContain($"{command} <SOURCE>… <TARGET> [options]", Case.Sensitive);
    }

    [Fact]
    public async Task A_part_of_a_file_is_shown()
    {
        using var box = await Sandbox.CreateAsync();
        box.File("f", "0123456789");
        (await box.RunAsync("cat", "--offset", "3", "--count", "4", box["f"])).Ok().Output.ShouldBe("3456");
        (await box.RunAsync("cat", "--offset", "7", box["f"])).Ok().Output.ShouldBe("789");
        (await box.RunAsync("cat", "--count", "2", box["f"])).Ok().Output.ShouldBe("01");
        (await box.RunAsync("cat", "--offset", "10", box["f"])).Fails(1, "RangeNotSatisfiable");
        (await box.RunAsync("cat", "--offset", "-1", box["f"])).Fails(2, "-1");
    }

    private static async Task<Sandbox> PrepareAsync()
    {
        var box = await Sandbox.CreateAsync();
        foreach (var (path, text) in new[] { ("a.txt", "a"), ("d/x.txt", "x"), ("d/e/y.txt", "y") })
            box.File("in/" + path, text);
        return box;
    }
}
