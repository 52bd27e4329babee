using System.Text;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

public sealed class LocalDriverTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_is_read_statted_and_listed()
    {
        await using var store = new LocalTestStore();
        var written = await store.PutAsync("a/b/c.txt", "hello");

        (await store.TextAsync("a/b/c.txt")).ShouldBe("hello");
        (await store.TextAsync("a/b/c.txt", new ByteRange(1, 3))).ShouldStartWith("ell");
        var stat = (await store.Driver.StatAsync("a/b/c.txt", Cancel)).ShouldNotBeNull();
        (stat.Length, stat.ETag, stat.Modified).ShouldBe((5, written.ETag, written.Modified));
        (await store.KeysAsync()).ShouldBe(["a/", "a/b/", "a/b/c.txt"]);
        (await store.KeysAsync(recursive: false)).ShouldBe(["a/"]);
        store.RealNames().ShouldBe(["a", "a/b", "a/b/c.txt"]);
    }

    [Fact]
    public async Task A_local_store_declares_what_it_does()
    {
        await using var store = new LocalTestStore(new LocalOptions { StagedAge = TimeSpan.Zero });
        var declared = store.Driver.Capabilities;
        (declared.Copy, declared.Move, declared.Touch, declared.Staged, declared.Directories).ShouldBe((true, MoveKind.Native, true, true, DirectoryKind.Real));
        Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Other systems have fewer capabilities.");
        (declared.WriteModes, declared.ContentType, declared.Metadata, declared.ModifiedTime, declared.Executable, declared.DeleteIfMatch).ShouldBe((WriteModes.All, true, true, true, true, true));
    }

    [Fact]
    public void A_root_of_another_scheme_is_refused_with_the_provider_to_open_it_with()
    {
        var error = Should.Throw<StoreException>(() => LocalDriver.Open("s3://bucket/x", new LocalOptions(), TimeProvider.System, LocalPlatform.Current));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Advice!.ShouldContain("Cairn.Providers.S3");
    }

    [Fact]
    public void A_negative_age_of_staged_files_is_refused() =>
        Should.Throw<StoreException>(() => LocalDriver.Open("file:///x", new LocalOptions { StagedAge = TimeSpan.FromTicks(-1) }, TimeProvider.System, LocalPlatform.Current))
            .Code.ShouldBe(StoreErrorCode.InvalidConfiguration);

    [Fact]
    public async Task A_read_runs_on_a_thread_of_the_program_only_with_the_switch()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("a/b", "hello");
        (await OnOwnThreadAsync(ReturnsBeforeTheWorkEndsAsync)).ShouldBeTrue();
        AppContext.SetSwitch(ReadWork.OnCaller, true);
        try
        {
            var caller = 0;
            (await OnOwnThreadAsync(() =>
            {
                caller = Environment.CurrentManagedThreadId;
                return ReadWork.RunAsync(() => Environment.CurrentManagedThreadId, Cancel);
            })).ShouldBe(caller);
            (await Task.Run(ReturnsBeforeTheWorkEndsAsync, Cancel)).ShouldBeTrue();

            var (stat, list) = await OnOwnThreadAsync(() => Task.FromResult((
                store.Driver.StatAsync("a/b", Cancel).IsCompletedSuccessfully,
                store.Driver.ListAsync(new("a", Recursive: false), Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync().IsCompletedSuccessfully)));
            (stat, list).ShouldBe((true, true));
            await Should.ThrowAsync<OperationCanceledException>(
                () => OnOwnThreadAsync(() => store.Driver.StatAsync("a/b", new CancellationToken(canceled: true)).AsTask()));
        }
        finally
        {
            AppContext.SetSwitch(ReadWork.OnCaller, false);
        }

        // Work on the caller's thread would wait in vain, as the gate opens only after the call returns. Whether a task is complete when its caller looks depends on the scheduler.
        static async Task<bool> ReturnsBeforeTheWorkEndsAsync()
        {
            using var gate = new ManualResetEventSlim();
            var work = ReadWork.RunAsync(() => gate.Wait(TimeSpan.FromSeconds(30)), Cancel);
            gate.Set();
            return await work;
        }

        static async Task<T> OnOwnThreadAsync<T>(Func<Task<T>> work)
        {
            Task<T>? result = null;
            var own = new Thread(() => result = work());
            own.Start();
            own.Join();
            return await result!;
        }
    }

    [Fact]
    public async Task A_missing_root_reads_as_empty_and_comes_with_the_first_write()
    {
        await using var store = new LocalTestStore();
        (await store.Driver.StatAsync("x", Cancel)).ShouldBeNull();
        (await store.KeysAsync()).ShouldBeEmpty();
        (await store.CodeOfAsync(() => store.TextAsync("x"))).ShouldBe(StoreErrorCode.NotFound);
        (await store.DeleteAsync("x")).Outcome.ShouldBe(DeleteOutcome.Missing);
        Directory.Exists(store.RootPath).ShouldBeFalse();

        await store.PutAsync("x", "1");
        File.ReadAllText(store.Real("x")).ShouldBe("1");
    }

    [Fact]
    public async Task A_root_that_was_removed_comes_back_with_the_next_write()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("x", "1");
        Directory.Delete(store.RootPath, recursive: true);

        (await store.KeysAsync()).ShouldBeEmpty();
        await store.PutAsync("y", "2");
        (await store.KeysAsync()).ShouldBe(["y"]);
        File.ReadAllText(store.Real("y")).ShouldBe("2");
    }

    [Fact]
    public async Task Each_mode_holds()
    {
        await using var store = new LocalTestStore();
        var first = await store.PutAsync("f", "1", WriteMode.CreateNew);
        (await store.CodeOfAsync(() => store.PutAsync("f", "2", WriteMode.CreateNew))).ShouldBe(StoreErrorCode.AlreadyExists);
        var second = await store.PutAsync("f", "2", WriteMode.Match(first.ETag!));
        (await store.CodeOfAsync(() => store.PutAsync("f", "3", WriteMode.Match(first.ETag!)))).ShouldBe(StoreErrorCode.PreconditionFailed);
        (await store.CodeOfAsync(() => store.PutAsync("d/f", "3", WriteMode.Match(first.ETag!)))).ShouldBe(StoreErrorCode.PreconditionFailed);
        second.ETag.ShouldNotBe(first.ETag);
        (await store.TextAsync("f")).ShouldBe("2");
        store.RealNames().ShouldBe(["f"]);
    }

    [Fact]
    public async Task A_write_in_parts_is_staged_until_it_is_complete()
    {
        await using var store = new LocalTestStore();
        var part = Encoding.ASCII.GetBytes(new string('x', 1 << 20));
        var request = new UploadRequest("d/e/big", WriteMode.CreateNew)
        {
            Length = 10 << 20,
            ContentType = "text/plain",
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
        };
        await using (var upload = await store.Driver.BeginUploadAsync(request, Cancel))
        {
            await upload.WritePartAsync(new UploadPart(1, part.Length, part), Cancel);
            await upload.WritePartAsync(new UploadPart(0, 0, part), Cancel);
            (await store.KeysAsync()).ShouldBeEmpty();
            (await store.StagedAsync()).ShouldHaveSingleItem().Path.ShouldBe("d/e/big");
            var info = await upload.CompleteAsync(new UploadPart(2, part.Length * 2, "end"u8.ToArray()), Cancel);
            (info.Length, info.ContentType).ShouldBe(((part.Length * 2) + 3, "text/plain"));
        }
        var stat = (await store.Driver.StatAsync("d/e/big", Cancel)).ShouldNotBeNull();
        (stat.Length, stat.ContentType, stat.Metadata["k"]).ShouldBe(((part.Length * 2) + 3, "text/plain", "v"));
        (await store.StagedAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_published_file_is_free_before_its_writer_is_disposed()
    {
        await using var store = new LocalTestStore();
        await using var upload = await store.Driver.BeginUploadAsync(new UploadRequest("f", WriteMode.CreateNew), Cancel);
        await upload.CompleteAsync(new UploadPart(0, 0, new byte[10]), Cancel);
        using var opened = new FileStream(store.Real("f"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        opened.Length.ShouldBe(10);
    }

    [Fact]
    public async Task An_aborted_write_leaves_nothing()
    {
        await using var store = new LocalTestStore();
        var upload = await store.Driver.BeginUploadAsync(new UploadRequest("d/f", WriteMode.Replace), Cancel);
        await upload.WritePartAsync(new UploadPart(0, 0, new byte[10]), Cancel);
        await upload.DisposeAsync();
        await upload.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => upload.WritePartAsync(new UploadPart(0, 0, new byte[10]), Cancel).AsTask());
        store.RealNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_the_last_file_prunes_what_writes_made_and_nothing_else()
    {
        await using var store = new LocalTestStore();
        await store.Driver.MakeDirectoryAsync("kept/here", Cancel);
        await store.PutAsync("kept/here/x/y", "1");
        await store.PutAsync("a/b/c", "1");
        await store.PutAsync("a/d", "1");

        (await store.DeleteAsync("a/b/c")).Outcome.ShouldBe(DeleteOutcome.Deleted);
        (await store.DeleteAsync("kept/here/x/y")).Outcome.ShouldBe(DeleteOutcome.Deleted);
        store.RealNames().ShouldBe(["a", "a/d", "kept", "kept/here"]);
        (await store.DeleteAsync("a/d")).Outcome.ShouldBe(DeleteOutcome.Deleted);
        (await store.DeleteAsync("kept/here", EntryKind.Directory)).Outcome.ShouldBe(DeleteOutcome.Deleted);
        store.RealNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task Making_a_directory_that_a_write_made_lets_it_stay()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("a/b", "1");
        await store.Driver.MakeDirectoryAsync("a", Cancel);
        await store.DeleteAsync("a/b");
        store.RealNames().ShouldBe(["a"]);
    }

    public static TheoryData<string, WriteMode, StoreErrorCode> Refused { get; } = new()
    {
        { "f", WriteMode.CreateNew, StoreErrorCode.AlreadyExists }, { "f", WriteMode.Match("other"), StoreErrorCode.PreconditionFailed },
        { "d", WriteMode.Replace, StoreErrorCode.PathConflict }, { "none/f", WriteMode.Match("other"), StoreErrorCode.PreconditionFailed },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_write_that_cannot_succeed_is_refused_at_its_first_part(string path, WriteMode mode, StoreErrorCode code)
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("f", "1");
        await store.Driver.MakeDirectoryAsync("d", Cancel);
        await using (var upload = await store.Driver.BeginUploadAsync(new UploadRequest(path, mode), Cancel))
            (await store.CodeOfAsync(() => upload.WritePartAsync(new UploadPart(0, 0, new byte[10]), Cancel).AsTask())).ShouldBe(code);
        store.RealNames().ShouldBe(["d", "f"]);
    }

    [Fact]
    public async Task Nothing_is_at_a_path_that_cannot_be_held()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("f", "1");
        foreach (var path in new[] { new string('n', 300), new string('n', 300) + "/f" })
        {
            (await store.Driver.StatAsync(path, Cancel)).ShouldBeNull();
            (await store.CodeOfAsync(() => store.TextAsync(path))).ShouldBe(StoreErrorCode.NotFound);
            (await store.CodeOfAsync(() => store.Driver.TouchAsync(path, Cancel).AsTask())).ShouldBe(StoreErrorCode.NotFound);
            (await store.CodeOfAsync(() => store.Driver.CopyAsync(new CopyRequest(path, "g", WriteMode.CreateNew), Cancel).AsTask())).ShouldBe(StoreErrorCode.NotFound);
            (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest(path, "g", WriteMode.CreateNew), Cancel).AsTask())).ShouldBe(StoreErrorCode.NotFound);
            (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest("f", path, WriteMode.CreateNew), Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict);
            (await store.DeleteAsync(path)).Outcome.ShouldBe(DeleteOutcome.Missing);
            (await store.DeleteAsync(path, EntryKind.Directory)).Outcome.ShouldBe(DeleteOutcome.Missing);
            (await store.KeysAsync(path)).ShouldBeEmpty();
            store.Driver.GetLocalPath(path).ShouldBeNull();
        }
        store.Driver.GetLocalPath("f").ShouldBe(store.Real("f"));
        store.RealNames().ShouldBe(["f"]);
    }

    [Fact]
    public async Task Files_and_directories_conflict()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("f", "1");
        await store.PutAsync("d/x", "1");
        (await store.CodeOfAsync(() => store.PutAsync("d", "1"))).ShouldBe(StoreErrorCode.PathConflict);
        (await store.CodeOfAsync(() => store.PutAsync("f/x", "1"))).ShouldBe(StoreErrorCode.PathConflict);
        (await store.CodeOfAsync(() => store.Driver.MakeDirectoryAsync("f", Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict);
        (await store.CodeOfAsync(() => store.TextAsync("d"))).ShouldBe(StoreErrorCode.NotFound);
        (await store.Driver.StatAsync("f/x", Cancel)).ShouldBeNull();
        var notEmpty = await store.DeleteAsync("d", EntryKind.Directory);
        store.Driver.Classify(notEmpty.Error.ShouldNotBeNull()).Code.ShouldBe(StoreErrorCode.PathConflict);
    }

    [Fact]
    public async Task Copies_and_moves()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("a/f", "content");
        var copied = await store.Driver.CopyAsync(new CopyRequest("a/f", "b/c/f", WriteMode.CreateNew), Cancel);
        copied.Length.ShouldBe(7);
        var taken = await Should.ThrowAsync<StoreException>(() => store.Driver.CopyAsync(new CopyRequest("a/f", "b/c/f", WriteMode.CreateNew), Cancel).AsTask());
        (taken.Code, taken.Uri?.ToLocalPath()).ShouldBe((StoreErrorCode.AlreadyExists, Path.GetFullPath(store.Real("b/c/f"))));
        await store.Driver.MoveAsync(new CopyRequest("a/f", "z/f", WriteMode.CreateNew), Cancel);
        (await store.KeysAsync()).ShouldBe(["b/", "b/c/", "b/c/f", "z/", "z/f"]);
        (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest("z/f", "b/c/f", WriteMode.CreateNew), Cancel).AsTask())).ShouldBe(StoreErrorCode.AlreadyExists);
        await store.Driver.MoveAsync(new CopyRequest("z/f", "b/c/f", WriteMode.Match(copied.ETag!)), Cancel);
        await store.Driver.MoveAsync(new CopyRequest("b", "m/n", WriteMode.CreateNew), Cancel);
        (await store.KeysAsync()).ShouldBe(["m/", "m/n/", "m/n/c/", "m/n/c/f"]);
        (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest("m", "m/n/o/p", WriteMode.CreateNew), Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict);
        (await store.KeysAsync()).ShouldBe(["m/", "m/n/", "m/n/c/", "m/n/c/f"]);
        (await store.TextAsync("m/n/c/f")).ShouldBe("content");
    }
}
