using Cairn.Tests.Drivers;
using Cairn.Transfers;

namespace Cairn.Tests.Transfers;

/// <summary>What makes two trees equal: what is copied, and when something is removed.</summary>
public sealed class SyncTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-sync-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Nothing_is_removed_when_anything_failed_unless_that_is_asked_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A link that leads nowhere stands for what cannot be read.");
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("t/old", "precious", WriteMode.CreateNew);
        Write("good", "g");
        File.CreateSymbolicLink(Path.Join(_folder, "new"), "nowhere");

        var e = await Should.ThrowAsync<BatchFailedException>(() => store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true }));
        (e.Result!.Files, e.Result.Removed, e.Result.Failures.Count).ShouldBe((1, 0, 1));
        (await CopyMoveTests.Names(store)).ShouldBe(["t/good", "t/old"]);
        driver.Deleted.ShouldBeEmpty();

        e = await Should.ThrowAsync<BatchFailedException>(() => store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true, DeleteDespiteFailures = true }));
        (e.Result!.Removed, e.Result.Failures.Count).ShouldBe((1, 1));
        (await CopyMoveTests.Names(store)).ShouldBe(["t/good"]);
    }

    [Fact]
    public async Task Copies_come_before_removals()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("t/a", "", WriteMode.CreateNew);
        Write("z", "z");
        var seen = new List<string>();
        driver.OnComplete = _ => Task.FromResult(0).ContinueWith(_ => { lock (seen) seen.Add("copy"); }, TaskScheduler.Default);
        driver.OnDelete = _ => { lock (seen) seen.Add("remove"); return Task.CompletedTask; };
        var result = await store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true });
        (result.Files, result.Removed).ShouldBe((1, 1));
        seen.ShouldBe(["copy", "remove"]);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task More_removals_than_allowed_are_none(long limit, bool removes)
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        foreach (var path in new[] { "t/a", "t/b", "t/keep" })
            await store.WriteTextAsync(path, "", WriteMode.CreateNew);
        Write("keep", "");
        if (removes)
            (await store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true, MaxDelete = limit })).Removed.ShouldBe(2);
        else
            (await Should.ThrowAsync<BatchFailedException>(() => store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true, MaxDelete = limit }))).Message.ShouldContain("the limit of 1");
        (await CopyMoveTests.Names(store)).Count.ShouldBe(removes ? 1 : 3);
    }

    [Fact]
    public async Task The_time_of_the_source_is_remembered_and_compared_for_equality()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        Write("f", "one", new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await store.SyncFromDirectoryAsync(_folder, "t")).Files.ShouldBe(1);
        (await store.SyncFromDirectoryAsync(_folder, "t")).Kept.ShouldBe(1);
        (await store.StatAsync("t/f")).Metadata["mtime"].ShouldBe("1577836800.0000000");

        // Restored from a backup: another content of the same length, and an older time.
        Write("f", "two", new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await store.SyncFromDirectoryAsync(_folder, "t")).Files.ShouldBe(1);
        (await store.ReadTextAsync("t/f")).ShouldBe("two");

        // From a clock that runs ahead: once, and not for ever.
        Write("f", "six", new DateTime(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddTicks(7));
        (await store.SyncFromDirectoryAsync(_folder, "t")).Files.ShouldBe(1);
        (await store.SyncFromDirectoryAsync(_folder, "t")).Kept.ShouldBe(1);

        // What one store remembers, a copy in another does too.
        var (_, other) = await RemoteDriver.OpenAsync(name: "other");
        (await store.SyncToAsync("t", other, "u")).Files.ShouldBe(1);
        (await store.SyncToAsync("t", other, "u")).Kept.ShouldBe(1);
        (await other.StatAsync("u/f")).Metadata["mtime"].ShouldBe("4102444800.0000007");
    }

    [Fact]
    public async Task A_target_that_remembers_no_time_is_copied_when_it_is_older()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        driver.Declare = c => c with { Metadata = false };
        Write("f", "one", new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Write("g", "two", new(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await store.SyncFromDirectoryAsync(_folder, "t")).Files.ShouldBe(2);
        var result = await store.SyncFromDirectoryAsync(_folder, "t");
        (result.Files, result.Kept).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Files_that_the_filters_leave_out_are_neither_copied_nor_removed()
    {
        var (_, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("t/there.tmp", "", WriteMode.CreateNew);
        await store.WriteTextAsync("t/there.txt", "", WriteMode.CreateNew);
        Write("a.txt", "");
        Write("b.tmp", "");
        var result = await store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true, Exclude = ["*.tmp"] });
        (result.Files, result.Removed).ShouldBe((1, 1));
        (await CopyMoveTests.Names(store)).ShouldBe(["t/a.txt", "t/there.tmp"]);
    }

    [Fact]
    public async Task A_dry_run_tells_the_steps_and_changes_nothing()
    {
        var (driver, store) = await RemoteDriver.OpenAsync();
        await store.WriteTextAsync("t/old", "", WriteMode.CreateNew);
        Write("new", "n");
        var steps = new List<SyncStep>();
        var result = await store.SyncFromDirectoryAsync(_folder, "t", new() { Delete = true, DryRun = true, Step = steps.Add });
        steps.Select(s => $"{s.Action} {s.Path}").ShouldBe(["Copy new", "Remove old"]);
        (result.Files, result.Removed).ShouldBe((1, 1));
        (await CopyMoveTests.Names(store)).ShouldBe(["t/old"]);
        driver.Deleted.ShouldBeEmpty();
    }

    private void Write(string name, string text, DateTime? modified = null)
    {
        File.WriteAllText(Path.Join(_folder, name), text);
        if (modified is { } time)
            File.SetLastWriteTimeUtc(Path.Join(_folder, name), time);
    }
}
