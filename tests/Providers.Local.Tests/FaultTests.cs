using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

/// <summary>A disk that fails, for real: what was there stays, and the error says what to do.</summary>
public sealed class FaultTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static bool IsRoot => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    [Fact]
    public async Task A_full_disk_leaves_the_old_content_and_nothing_staged()
    {
        NeedsRoot();
        await using var disk = new Mount("-t", "tmpfs", "-o", "size=1m", "none");
        await using var store = new LocalTestStore(root: disk.Path);
        await store.PutAsync("file", "old");

        foreach (var length in new long?[] { null, 4 << 20 })
        {
            var error = await Should.ThrowAsync<IOException>(() => PutLargeAsync(store, "file", 4, length));
            var fault = store.Driver.Classify(error);
            (fault.Code, fault.IsTransient).ShouldBe((StoreErrorCode.Unavailable, false));
            fault.Reason.ShouldContain("full");
            fault.Advice.ShouldNotBeNull();
            (await store.TextAsync("file")).ShouldBe("old");
            store.RealNames().ShouldBe(["file"]);
        }
        (await store.CodeOfAsync(() => store.PutAsync("new/file", new byte[2 << 20], WriteMode.CreateNew))).ShouldBe(StoreErrorCode.Unavailable);
        store.RealNames().ShouldBe(["file"]);
        await store.PutAsync("file", "new");
        (await store.TextAsync("file")).ShouldBe("new");
    }

    [Fact]
    public async Task A_read_only_mount_says_so_and_can_still_be_read()
    {
        NeedsRoot();
        await using var disk = new Mount("-t", "tmpfs", "none");
        await using var store = new LocalTestStore(root: disk.Path);
        await store.PutAsync("old", "old");
        Program.Run("mount", "-o", "remount,ro", disk.Path);

        var said = (await Program.RunChildAsync([], "try", disk.Path)).TrimEnd().Split('\n');
        said.Length.ShouldBe(4);
        said.ShouldAllBe(s => s == "PermissionDenied: the file system is mounted read-only");
        (await store.TextAsync("old")).ShouldBe("old");
        (await store.KeysAsync()).ShouldBe(["old"]);
    }

    [Fact]
    public async Task Without_permission_nothing_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test takes a right of Unix away.");
        await using var store = new LocalTestStore();
        await store.PutAsync("old", "old");
        Program.Run("chmod", "555", store.RootPath);
        try
        {
            // Root passes every check of permissions, unless it gives that power up.
            string[] by = IsRoot ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : [];
            var said = (await Program.RunChildAsync(by, "try", store.RootPath)).TrimEnd().Split('\n');
            said.Length.ShouldBe(4);
            said.ShouldAllBe(s => s == "PermissionDenied: the system denies access to it");
        }
        finally
        {
            Program.Run("chmod", "755", store.RootPath);
        }
        (await store.TextAsync("old")).ShouldBe("old");
        store.RealNames().ShouldBe(["old"]);
    }

    [Fact]
    public async Task Too_many_open_files_is_an_error_that_passes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test sets a limit of Unix.");
        await using var store = new LocalTestStore();
        await store.PutAsync("old", "old");

        var said = (await Program.RunChildAsync(["sh", "-c", "ulimit -n 256; exec \"$0\" \"$@\""], "open-files", store.RootPath)).TrimEnd().Split('\n');
        said.ShouldBe(["Unavailable: too many files are open", "Unavailable: too many files are open", "ok"]);
        (await store.TextAsync("old")).ShouldBe("old");
        store.RealNames().ShouldBe(["after", "old"]);
    }

    /// <summary>A disk of 64 MB that lies about its size: behind it are 8. The system takes the bytes, and fails when they are to be brought to the device.</summary>
    [Fact]
    public async Task A_failed_flush_leaves_the_old_content()
    {
        NeedsRoot();
        await using var behind = new Mount("-t", "tmpfs", "-o", "size=8m", "none");
        var image = Path.Join(behind.Path, "image");
        await using (var file = File.Create(image))
            file.SetLength(64 << 20);
        Program.Run("mkfs.ext4", "-q", "-O", "^has_journal", "-E", "lazy_itable_init=1", image);
        await using var disk = new Mount("-o", "loop", image);
        await using var store = new LocalTestStore(root: Path.Join(disk.Path, "root"));
        await store.PutAsync("file", "old");

        await using (var upload = await store.Driver.BeginUploadAsync(new UploadRequest("file", WriteMode.Replace), Cancel))
        {
            var part = new byte[1 << 20];
            Random.Shared.NextBytes(part);
            for (var i = 0; i < 20; i++)
                await upload.WritePartAsync(new UploadPart(i, (long)i << 20, part), Cancel);
            var last = new UploadPart(20, 20 << 20, part);
            var error = await Should.ThrowAsync<StoreException>(() => upload.CompleteAsync(last, Cancel).AsTask());
            (error.Code, error.IsTransient).ShouldBe((StoreErrorCode.Unavailable, false));
            error.Message.ShouldContain("device");
            // The system reports the loss once; asked again it would say that all is well.
            (await store.CodeOfAsync(() => upload.CompleteAsync(last, Cancel).AsTask())).ShouldBe(StoreErrorCode.Unavailable);
        }
        (await store.TextAsync("file")).ShouldBe("old");
        store.RealNames().ShouldBe(["file"]);
    }

    [Fact]
    public async Task A_root_that_is_a_file_or_of_another_scheme_is_refused_at_once()
    {
        await using var store = new LocalTestStore();
        await store.PutAsync("file", "x");
        foreach (var root in new[] { $"file://{store.Real("file")}", "mem://box/x" })
        {
            var context = new StoreContext { Root = StoreUri.Parse(root) };
            var error = await Should.ThrowAsync<StoreException>(async () => await new LocalProvider().OpenAsync(context, Cancel));
            error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        }
        Should.Throw<StoreException>(() => LocalDriver.Open(StoreUri.FromLocalPath(store.Folder), new() { StagedAge = TimeSpan.FromTicks(-1) }, TimeProvider.System, LocalPlatform.Current))
            .Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        var below = LocalDriver.Open(StoreUri.FromLocalPath(store.Real("file/below")), new LocalOptions(), TimeProvider.System, LocalPlatform.Current);
        (await store.CodeOfAsync(() => below.StatAsync("x", Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict);
    }

    private static void NeedsRoot() => Assert.SkipUnless(IsRoot, "Only root can mount the disk that this needs.");

    private static async Task PutLargeAsync(LocalTestStore store, string path, int parts, long? length)
    {
        await using var upload = await store.Driver.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace) { Length = length }, Cancel);
        for (var i = 0; i < parts; i++)
            await upload.WritePartAsync(new UploadPart(i, (long)i << 20, new byte[1 << 20]), Cancel);
        await upload.CompleteAsync(new UploadPart(parts, (long)parts << 20, default), Cancel);
    }

    private sealed class Mount : IAsyncDisposable
    {
        public Mount(params string[] what) => Program.Run(["mount", .. what, Path]);

        public string Path { get; } = Directory.CreateTempSubdirectory("cairn-mount-").FullName;

        public ValueTask DisposeAsync()
        {
            Program.Run("umount", "-l", Path);
            Directory.Delete(Path);
            return ValueTask.CompletedTask;
        }
    }
}
