using Cairn.Providers.Local.Platform;
using Cairn.Providers.Local.Tests.Crash;

namespace Cairn.Providers.Local.Tests;

/// <summary>Races that another process wins, made certain: the other acts between a look and the act that follows it.</summary>
/// <remarks>They run alone: writers of other tests take numbers from the counter by which versions of one time differ, which has a hundred values.</remarks>
[Collection(nameof(CertainRaceTests))]
public sealed class CertainRaceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_comes_between_the_look_and_the_rename_is_not_overwritten()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("x", "x");
        run.Disk.Before = (operation, name) =>
        {
            if ((operation, name) == ("rename", "f"))
                File.WriteAllText(Path.Join(run.Disk.Root, "f"), "the other's");
        };
        (await CodeAsync(run, () => run.PutAsync("f", "ours", WriteMode.CreateNew))).ShouldBe(StoreErrorCode.AlreadyExists);
        File.ReadAllText(Path.Join(run.Disk.Root, "f")).ShouldBe("the other's");

        run.Disk.Before = (operation, name) =>
        {
            if ((operation, name) == ("rename", "g"))
                File.WriteAllText(Path.Join(run.Disk.Root, "g"), "the other's");
        };
        (await CodeAsync(run, () => run.MoveAsync("x", "g", WriteMode.CreateNew))).ShouldBe(StoreErrorCode.AlreadyExists);
        File.ReadAllText(Path.Join(run.Disk.Root, "g")).ShouldBe("the other's");
        File.ReadAllText(Path.Join(run.Disk.Root, "x")).ShouldBe("x");
    }

    [Theory]
    [InlineData(WriteModes.Match, false)]
    [InlineData(WriteModes.Replace, true)]
    public async Task Only_a_matched_write_keeps_all_others_out_of_its_directory(WriteModes mode, bool othersMayWrite)
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("f", "old");
        var etag = await run.ETagAsync("f");
        var entered = OthersEnter(run, [""], "rename", "f");
        await run.PutAsync("f", "new", mode == WriteModes.Match ? WriteMode.Match(etag) : WriteMode.Replace);
        entered.ShouldBe([othersMayWrite]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Only_a_delete_of_one_version_keeps_all_others_out_of_its_directory(bool isBound, bool othersMayWrite)
    {
        NeedsLinux();
        await using var run = new CrashRun();
        foreach (var path in new[] { "a/1", "b/1", "b/f" })
            await run.PutAsync(path, path);
        DeleteTarget[] targets = [new("a/1"), new("b/1"), new("b/f") { IfMatch = isBound ? await run.ETagAsync("b/f") : null }];
        var entered = OthersEnter(run, ["b"], "remove", "f");
        (await run.Driver.DeleteAsync(new(targets), Cancel)).ShouldAllBe(r => r.Outcome == DeleteOutcome.Deleted);
        entered.ShouldBe([othersMayWrite]);
    }

    [Theory]
    [InlineData("b", false, false, true, true)]
    [InlineData("b", true, false, false, true)]
    [InlineData("b", false, true, true, false)]
    [InlineData("a", false, false, true, true)]
    [InlineData("a", true, false, false, true)]
    [InlineData("a", false, true, false, true)]
    public async Task A_move_keeps_all_others_out_of_the_directories_of_its_conditions(string to, bool isSourceBound, bool isTargetBound, bool othersMayWriteInA, bool othersMayWriteInB)
    {
        NeedsLinux();
        await using var run = new CrashRun();
        foreach (var path in new[] { "a/f", "a/stays", "b/stays", $"{to}/g" })
            await run.PutAsync(path, path);
        var mode = isTargetBound ? WriteMode.Match(await run.ETagAsync($"{to}/g")) : WriteMode.Replace;
        var request = new CopyRequest("a/f", $"{to}/g", mode) { SourceIfMatch = isSourceBound ? await run.ETagAsync("a/f") : null };
        var entered = OthersEnter(run, ["a", "b"], "rename", "g");
        await run.Driver.MoveAsync(request, Cancel);
        entered.ShouldBe([othersMayWriteInA, othersMayWriteInB]);
    }

    [Fact]
    public async Task Others_find_a_directory_explicit_only_after_that_was_flushed()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("d/f", "f");
        var entered = OthersEnter(run, ["d"], "flush directory", "");
        await run.Driver.MakeDirectoryAsync("d", Cancel);
        entered.ShouldBe([false]);
    }

    [Fact]
    public async Task What_fails_at_its_last_step_leaves_no_directory_that_it_made()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("f", "f");
        run.Disk.Before = (operation, _) =>
        {
            if (operation == "rename")
                throw new IOException("refused");
        };
        await Should.ThrowAsync<IOException>(() => run.PutAsync("new/deep/f", "x"));
        await Should.ThrowAsync<IOException>(() => run.MoveAsync("f", "new/deep/f", WriteMode.CreateNew));
        Directory.GetFileSystemEntries(run.Disk.Root).ShouldBe([Path.Join(run.Disk.Root, "f")]);
    }

    [Fact]
    public async Task A_batch_whose_directory_cannot_be_flushed_has_failed_for_each_target_in_it()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        foreach (var path in new[] { "a/1", "a/stays", "b/1", "b/2", "b/stays" })
            await run.PutAsync(path, path);
        var flushes = 0;
        run.Disk.Before = (operation, _) =>
        {
            if (operation == "flush directory" && ++flushes == 2)
                throw new IOException("lost");
        };
        StorePath[] targets = ["a/1", "b/1", "b/missing", "b/2"];
        var results = await run.Driver.DeleteAsync(new([.. targets.Select(t => new DeleteTarget(t))]), Cancel);
        results.Select(r => (r.Path, r.Outcome)).ShouldBe(targets.Select((t, i) => (t, i == 0 ? DeleteOutcome.Deleted : DeleteOutcome.Failed)));
    }

    [Fact]
    public async Task A_write_whose_staged_file_is_removed_says_so_at_once()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("f", "old");
        var tries = 0;
        run.Disk.Before = (operation, _) =>
        {
            if (operation != "rename")
                return;
            tries++;
            foreach (var staged in Directory.GetFiles(run.Disk.Root, LocalPaths.StagedPrefix + "*"))
                File.Delete(staged);
        };
        var error = await Should.ThrowAsync<StoreException>(() => run.PutAsync("f", "new"));
        error.Message.ShouldContain("the staged upload was removed while it was being written");
        tries.ShouldBe(1);
        File.ReadAllText(Path.Join(run.Disk.Root, "f")).ShouldBe("old");
    }

    [Fact]
    public async Task Two_moves_crosswise_take_the_locks_in_one_order()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        foreach (var path in new[] { "a/1", "b/2", "a/stays", "b/stays" })
            await run.PutAsync(path, path);
        var locks = new List<string>();
        run.Disk.Before = (operation, name) =>
        {
            if (operation == "lock")
                locks.Add(name);
        };
        await run.MoveAsync("a/1", "b/1", WriteMode.CreateNew);
        var forth = locks.ToArray();
        locks.Clear();
        await run.MoveAsync("b/2", "a/2", WriteMode.CreateNew);
        forth.Length.ShouldBe(2);
        locks.ShouldBe(forth);
    }

    [Fact]
    public async Task A_copy_whose_source_becomes_shorter_meanwhile_fails_and_publishes_nothing()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("f", CrashRun.Content(1, 10_000));
        run.Disk.Before = (operation, _) =>
        {
            if (operation == "copy")
                File.WriteAllBytes(Path.Join(run.Disk.Root, "f"), new byte[100]);
        };
        await Should.ThrowAsync<Exception>(() => run.CopyAsync("f", "g", []));
        File.Exists(Path.Join(run.Disk.Root, "g")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_copy_whose_source_is_overwritten_meanwhile_fails_and_publishes_nothing()
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("f", CrashRun.Content(1, 10_000));
        run.Disk.Before = (operation, _) =>
        {
            if (operation != "copy")
                return;
            using var file = new FileStream(Path.Join(run.Disk.Root, "f"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.Write(new byte[100]);
        };
        await Should.ThrowAsync<Exception>(() => run.CopyAsync("f", "g", []));
        File.Exists(Path.Join(run.Disk.Root, "g")).ShouldBeFalse();
    }

    /// <summary>The system reports lost bytes once. The next flush of the same file succeeds, and proves nothing.</summary>
    [Theory]
    [InlineData("flush")]
    [InlineData("flush directory")]
    public async Task A_write_whose_flush_has_failed_stays_failed(string which)
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("d/x", "x");
        await using var upload = await run.Driver.BeginUploadAsync(new UploadRequest("d/f", WriteMode.Replace), Cancel);
        var last = new UploadPart(0, 0, "content"u8.ToArray());
        var flushes = 0;
        run.Disk.Before = (operation, _) =>
        {
            if (operation == which && flushes++ == 0)
                throw new IOException("lost");
        };
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var error = await Should.ThrowAsync<IOException>(async () => await upload.CompleteAsync(last, Cancel));
            run.Driver.Classify(error).Reason.ShouldBe("the bytes could not be brought to the device");
        }
        flushes.ShouldBe(1);
    }

    [Fact]
    public async Task Two_touches_at_one_time_give_two_versions()
    {
        await using var store = new LocalTestStore(clock: new StandingClock());
        await store.PutAsync("f", "content");
        var etags = new HashSet<string?>();
        for (var n = 0; n < 20; n++)
            etags.Add((await store.Driver.TouchAsync("f", Cancel)).ETag);
        etags.Count.ShouldBe(20);
    }

    [Fact]
    public async Task Work_that_is_cancelled_while_it_waits_for_a_thread_does_not_run()
    {
        const int Threads = 64;
        using var open = new ManualResetEventSlim();
        using var busy = new CountdownEvent(Threads);
        var blockers = Enumerable.Range(0, Threads).Select(_ => BlockingWork.RunAsync(
            () =>
            {
                busy.Signal();
                open.Wait(Cancel);
                return true;
            },
            CancellationToken.None)).ToArray();
        busy.Wait(Cancel);
        using var source = new CancellationTokenSource();
        var ran = false;
        var waiting = BlockingWork.RunAsync(() => ran = true, source.Token);
        await source.CancelAsync();
        open.Set();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await Task.WhenAll(blockers);
        ran.ShouldBeFalse();
    }

    /// <summary>Before an operation on a name, tries whether another process could write in each of some directories at that moment.</summary>
    /// <returns>What came of each try.</returns>
    private static List<bool> OthersEnter(CrashRun run, StorePath[] paths, string before, string on)
    {
        var entered = new List<bool>();
        run.Disk.Before = (operation, name) =>
        {
            if ((operation, name) != (before, on))
                return;
            using var other = LocalPlatform.Current.Open(run.Disk.Root);
            foreach (var path in paths)
            {
                using var directory = other.OpenDirectory(path)!;
                entered.Add(Record.Exception(() => directory.Lock(exclusive: false, new CancellationToken(canceled: true)).Dispose()) is null);
            }
        };
        return entered;
    }

    private static void NeedsLinux() => Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "The recorder is in front of the handles that only Linux offers.");

    private static async Task<StoreErrorCode> CodeAsync(CrashRun run, Func<Task> action) => run.Driver.Classify(await Should.ThrowAsync<IOException>(action)).Code;

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50);
    }
}

[CollectionDefinition(nameof(CertainRaceTests), DisableParallelization = true)]
public sealed class CertainRaceCollection;
