using Cairn.Durable;
using Cairn.Tests.Layers;

namespace Cairn.Providers.Local.Tests;

/// <summary>A small file between processes: one writer at a time, and a failed change leaves the old content and nothing else.</summary>
public sealed class DurableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-durable-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_lock_is_given_up_after_half_a_minute_and_free_once_its_holder_ends()
    {
        var time = new ManualTime { Skips = true };
        var file = Open("f", time);
        using (await file.LockAsync(Cancel))
        {
            var held = await Should.ThrowAsync<StoreException>(() => file.LockAsync(Cancel));
            (held.Code, held.IsTransient).ShouldBe((StoreErrorCode.Unavailable, true));
            held.Message.ShouldContain(At("f.lock"));
        }
        var waited = time.Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);
        waited.ShouldBeInRange(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30.1));
        time.Waits.ShouldAllBe(w => w >= TimeSpan.FromMilliseconds(5) && w < TimeSpan.FromMilliseconds(25));
        (await file.LockAsync(Cancel)).Dispose();
    }

    [Fact]
    public async Task Who_waits_for_the_lock_gets_it_or_is_cancelled()
    {
        var time = new ManualTime();
        var file = Open("f", time);
        using var cancel = new CancellationTokenSource();
        var first = await file.LockAsync(Cancel);
        var cancelled = file.LockAsync(cancel.Token);
        var second = file.LockAsync(Cancel);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        second.IsCompleted.ShouldBeFalse();
        first.Dispose();
        time.Advance(TimeSpan.FromSeconds(1));
        (await second).Dispose();
    }

    [Fact]
    public async Task A_lock_that_cannot_be_made_says_why()
    {
        await Should.ThrowAsync<DirectoryNotFoundException>(() => Open("missing/f").LockAsync(Cancel));
        Directory.CreateDirectory(At("f.lock"));
        var error = await Should.ThrowAsync<StoreException>(() => Open("f").LockAsync(Cancel));
        error.Code.ShouldBe(StoreErrorCode.PermissionDenied);
        error.Message.ShouldContain($"{At("f")} cannot be written: ");
    }

    [Fact]
    public void A_change_replaces_the_content_and_removes_what_a_killed_writer_left()
    {
        string[] others = ["f2", "f.lock", "g.1.tmp", "f.txt"];
        foreach (var name in others.Append("f.1.tmp"))
            File.WriteAllText(At(name), "x");
        Open("f").Replace("first, longer"u8);
        Open("f").Replace("second"u8);
        File.ReadAllText(At("f")).ShouldBe("second");
        Names().ShouldBe([.. others.Append("f").Order(StringComparer.Ordinal)]);
    }

    [Theory]
    [InlineData(nameof(DurableDisk.Flush), false)]
    [InlineData(nameof(DurableDisk.Replace), false)]
    [InlineData(nameof(DurableDisk.FlushFolder), true)]
    public void A_change_that_fails_says_so_and_leaves_nothing_half(string step, bool isPublished)
    {
        File.WriteAllText(At("f"), "old");
        foreach (var (failure, code) in new (Exception, StoreErrorCode)[]
            { (new IOException("lost."), StoreErrorCode.Unavailable), (new IOException("read-only", 30), StoreErrorCode.PermissionDenied),
                (new UnauthorizedAccessException("no"), StoreErrorCode.PermissionDenied) })
        {
            var error = Should.Throw<StoreException>(() => Open("f", disk: new FailingDisk(step, failure)).Replace("new"u8));
            error.Code.ShouldBe(code);
            error.InnerException.ShouldBeSameAs(failure);
            error.Message.ShouldContain($"{At("f")} cannot be written: {failure.Message.TrimEnd('.')}");
            File.ReadAllText(At("f")).ShouldBe(isPublished ? "new" : "old");
            Names().ShouldBe(["f"]);
        }
    }

    [Fact]
    public void Folders_are_made_with_their_parents_and_each_is_flushed_in_its_parent()
    {
        var disk = new NotingDisk();
        Open("a/b/c/f", disk: disk).MakeFolder();
        Directory.Exists(At("a/b/c")).ShouldBeTrue();
        disk.Flushed.ShouldBe([_folder, At("a"), At("a/b")]);
        Open("a/b/c/f", disk: disk).MakeFolder();
        disk.Flushed.Count.ShouldBe(3);
    }

    [Fact]
    public void A_tree_is_flushed_with_every_file_and_folder_in_it()
    {
        Directory.CreateDirectory(At("t/u"));
        foreach (var name in new[] { "t/1", "t/u/2" })
            File.WriteAllText(At(name), name);
        var disk = new NotingDisk();
        disk.FlushTree(At("t"));
        disk.Flushed.Order(StringComparer.Ordinal).ShouldBe([At("t"), At("t/1"), At("t/u"), At("t/u/2")]);
        disk.Flushed[^1].ShouldBe(At("t"));
    }

    [Fact]
    public void The_disk_of_this_machine_refuses_what_is_missing_and_what_is_there()
    {
        var disk = DurableDisk.Local;
        disk.Create(At("f"), "x"u8);
        Should.Throw<IOException>(() => disk.Create(At("f"), "y"u8));
        File.ReadAllText(At("f")).ShouldBe("x");
        Should.Throw<FileNotFoundException>(() => disk.Flush(At("missing")));
        File.Exists(At("missing")).ShouldBeFalse();
        if (!OperatingSystem.IsWindows())
            Should.Throw<IOException>(() => disk.FlushFolder(At("missing"))).Message.ShouldContain($"The folder '{At("missing")}' cannot be opened: ");
    }

    [Fact]
    public void A_file_system_that_cannot_flush_folders_is_no_failure_and_no_folder_stays_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folder /proc, which refuses the flush, is Linux's.");
        DurableDisk.Local.FlushFolder("/proc");
        DurableDisk.Local.FlushFolder(_folder);
        Directory.GetFileSystemEntries("/proc/self/fd").Select(static f => new FileInfo(f).LinkTarget).ShouldNotContain(_folder);
    }

    private string At(string name) => Path.Join(_folder, name);

    private DurableFile Open(string name, TimeProvider? time = null, DurableDisk? disk = null) => new(At(name), At(name + ".lock"), time ?? TimeProvider.System, disk);

    private string?[] Names() => [.. Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

    /// <summary>Fails at one step, before it does anything; a flush of the folder comes after the change is published.</summary>
    private sealed class FailingDisk(string step, Exception failure) : DurableDisk
    {
        public override void Flush(string path) => Do(nameof(Flush), () => base.Flush(path));

        public override void Replace(string path, string with) => Do(nameof(Replace), () => base.Replace(path, with));

        public override void FlushFolder(string path) => Do(nameof(FlushFolder), () => base.FlushFolder(path));

        private void Do(string reached, Action act)
        {
            if (reached == step)
                throw failure;
            act();
        }
    }

    /// <summary>Notes what is flushed.</summary>
    private sealed class NotingDisk : DurableDisk
    {
        public List<string> Flushed { get; } = [];

        public override void Flush(string path)
        {
            base.Flush(path);
            Flushed.Add(path);
        }

        public override void FlushFolder(string path)
        {
            base.FlushFolder(path);
            Flushed.Add(path);
        }
    }
}
