using Cairn.Providers.Local.Platform;
using Cairn.Providers.Local.Platform.Linux;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Tests;

public sealed class SymbolicLinkTests(ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<bool> Ways { get; } = [true, false];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_link_that_leads_outside_is_refused_and_what_it_leads_to_untouched(bool usesHandles)
    {
        await using var store = Open(usesHandles);
        await store.PutAsync("inside", "inside");
        var outside = Directory.CreateDirectory(Path.Join(store.Folder, "outside")).FullName;
        File.WriteAllText(Path.Join(outside, "secret"), "secret");
        File.CreateSymbolicLink(store.Real("absolute"), Path.Join(outside, "secret"));
        File.CreateSymbolicLink(store.Real("relative"), "../outside/secret");
        Directory.CreateSymbolicLink(store.Real("directory"), outside);
        Directory.CreateSymbolicLink(store.Real("up"), "..");
        Directory.CreateSymbolicLink(store.Real("back"), "../root");
        Directory.CreateSymbolicLink(store.Real("chain"), "up/outside");

        foreach (var path in new[] { "absolute", "relative", "directory/secret", "up/outside/secret", "back/inside", "chain/secret" })
        {
            (await store.CodeOfAsync(() => store.TextAsync(path))).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.Driver.StatAsync(path, Cancel).AsTask())).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.PutAsync(path, "mine"))).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.PutAsync(path, "mine", WriteMode.CreateNew))).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.Driver.TouchAsync(path, Cancel).AsTask())).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.Driver.CopyAsync(new CopyRequest(path, "copy", WriteMode.Replace), Cancel).AsTask())).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.Driver.CopyAsync(new CopyRequest("inside", path, WriteMode.Replace), Cancel).AsTask())).ShouldBe(StoreErrorCode.PermissionDenied, path);
            (await store.CodeOfAsync(() => store.Driver.MoveAsync(new CopyRequest("inside", path, WriteMode.Replace), Cancel).AsTask())).ShouldBe(StoreErrorCode.PermissionDenied, path);
        }
        foreach (var path in new[] { "directory/new/x", "up/new/x", "directory/secret/x" })
            (await store.CodeOfAsync(() => store.PutAsync(path, "mine"))).ShouldBe(StoreErrorCode.PermissionDenied, path);
        (await store.CodeOfAsync(() => store.Driver.MakeDirectoryAsync("directory/new", Cancel).AsTask())).ShouldBe(StoreErrorCode.PermissionDenied);
        (await store.CodeOfAsync(() => store.KeysAsync("directory"))).ShouldBe(StoreErrorCode.PermissionDenied);
        (await store.DeleteAsync("directory/secret")).Outcome.ShouldBe(DeleteOutcome.Failed);

        (await store.KeysAsync()).ShouldBe(["inside"]);
        Directory.GetFileSystemEntries(outside).ShouldBe([Path.Join(outside, "secret")]);
        File.ReadAllText(Path.Join(outside, "secret")).ShouldBe("secret");
        Directory.GetFileSystemEntries(store.Folder).Length.ShouldBe(2);

        foreach (var link in new[] { "absolute", "relative", "directory", "up", "back", "chain" })
            (await store.DeleteAsync(link)).Outcome.ShouldBe(DeleteOutcome.Deleted);
        File.ReadAllText(Path.Join(outside, "secret")).ShouldBe("secret");
        store.RealNames().ShouldBe(["inside"]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_relative_link_that_stays_inside_works(bool usesHandles)
    {
        await using var store = Open(usesHandles);
        await store.PutAsync("a/b/file", "content");
        await store.PutAsync("z/keep", "keep");
        Directory.CreateSymbolicLink(store.Real("directory"), "a/b");
        File.CreateSymbolicLink(store.Real("z/file"), "../a/./b/../b/file");

        (await store.TextAsync("directory/file")).ShouldBe("content");
        (await store.TextAsync("z/file")).ShouldBe("content");
        (await store.Driver.StatAsync("directory", Cancel))!.IsDirectory.ShouldBeTrue();
        (await store.Driver.StatAsync("z/file", Cancel))!.Length.ShouldBe(7);
        (await store.KeysAsync("directory")).ShouldBe(["directory/file"]);
        await store.PutAsync("directory/new", "new");
        File.ReadAllText(store.Real("a/b/new")).ShouldBe("new");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_listing_shows_linked_files_and_neither_linked_directories_nor_links_to_nothing(bool usesHandles)
    {
        await using var store = Open(usesHandles);
        await store.PutAsync("a/file", "content");
        File.CreateSymbolicLink(store.Real("a/linked"), "file");
        File.CreateSymbolicLink(store.Real("a/dangling"), "nothing");
        File.CreateSymbolicLink(store.Real("a/self"), "self");
        Directory.CreateSymbolicLink(store.Real("a/loop"), "../a");
        Directory.CreateSymbolicLink(store.Real("to-a"), "a");

        (await store.KeysAsync()).ShouldBe(["a/", "a/file", "a/linked"]);
        (await store.KeysAsync(recursive: false)).ShouldBe(["a/"]);
        (await store.KeysAsync("a/loop/loop")).ShouldBe(["a/loop/loop/file", "a/loop/loop/linked"]);
        (await store.CodeOfAsync(() => store.Driver.StatAsync("a/self", Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict);
        (await store.Driver.StatAsync("a/dangling", Cancel)).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_write_takes_the_place_of_a_link_and_leaves_what_it_led_to(bool usesHandles)
    {
        await using var store = Open(usesHandles);
        var target = await store.PutAsync("target", "target");
        foreach (var name in new[] { "one", "two", "three" })
            File.CreateSymbolicLink(store.Real(name), "target");

        (await store.CodeOfAsync(() => store.PutAsync("one", "mine", WriteMode.CreateNew))).ShouldBe(StoreErrorCode.AlreadyExists);
        await store.PutAsync("one", "mine");
        await store.PutAsync("two", "mine", WriteMode.Match(target.ETag!));
        (await store.DeleteAsync("three")).Outcome.ShouldBe(DeleteOutcome.Deleted);

        (await store.TextAsync("target")).ShouldBe("target");
        new FileInfo(store.Real("one")).LinkTarget.ShouldBeNull();
        (await store.TextAsync("two")).ShouldBe("mine");
        store.RealNames().ShouldBe(["one", "target", "two"]);
    }

    /// <summary>Such a name can be neither opened nor created. A link to a directory can be opened.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_link_to_nothing_is_in_the_way_of_a_directory(bool usesHandles)
    {
        await using var store = Open(usesHandles);
        await store.PutAsync("d/f", "f");
        File.CreateSymbolicLink(store.Real("nothing"), "missing");
        File.CreateSymbolicLink(store.Real("there"), "d");
        foreach (var path in new[] { "nothing", "nothing/e" })
            (await store.CodeOfAsync(() => store.Driver.MakeDirectoryAsync(path, Cancel).AsTask())).ShouldBe(StoreErrorCode.PathConflict, path);
        (await store.CodeOfAsync(() => store.PutAsync("nothing/f", "f"))).ShouldBe(StoreErrorCode.PathConflict);
        await store.Driver.MakeDirectoryAsync("there/e", Cancel);
        Directory.Exists(store.Real("d/e")).ShouldBeTrue();
        Directory.Exists(store.Real("missing")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_removed_linked_directory_leaves_what_it_led_to()
    {
        await using var store = Open(usesHandles: true);
        await store.PutAsync("a/file", "content");
        await store.Driver.MakeDirectoryAsync("d", Cancel);
        Directory.CreateSymbolicLink(store.Real("d/link"), "../a");

        var refused = await store.DeleteAsync("d", EntryKind.Directory);
        refused.Error!.Message.ShouldContain("link");
        (await store.DeleteAsync("d/link", EntryKind.Directory)).Outcome.ShouldBe(DeleteOutcome.Deleted);
        (await store.DeleteAsync("d", EntryKind.Directory)).Outcome.ShouldBe(DeleteOutcome.Deleted);
        (await store.TextAsync("a/file")).ShouldBe("content");
    }

    /// <summary>Swaps a directory, a file and their links to the outside as fast as it can, while every operation runs through them.</summary>
    [Fact]
    public async Task Links_swapped_in_mid_operation_lead_nowhere()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only handles hold against a swap; this system has none.");
        await using var store = Open(usesHandles: true);
        await store.PutAsync("d/file", "inside");
        await store.PutAsync("source", "inside");
        await store.PutAsync("f", "inside");
        var outside = Directory.CreateDirectory(Path.Join(store.Folder, "outside")).FullName;
        File.WriteAllText(Path.Join(outside, "file"), "outside");
        var before = Snapshot(outside);
        Directory.CreateSymbolicLink(store.Real("link"), outside);
        File.CreateSymbolicLink(store.Real("filelink"), Path.Join(outside, "file"));

        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 30 : 2));
        var swaps = 0;
        using var root = new SafeFileHandle(Libc.Open(store.RootPath, Libc.PathOnly | Libc.Directory, 0), ownsHandle: true);
        var swapper = new Thread(() =>
        {
            const uint Exchange = 2;
            while (!over.IsCancellationRequested)
            {
                // At each moment the name is the directory or file, or the link out of the root.
                Libc.RenameAt2(root, "d", root, "link", Exchange).ShouldBe(0);
                Libc.RenameAt2(root, "filelink", root, "f", Exchange).ShouldBe(0);
                swaps++;
            }
        });
        swapper.Start();
        int done = 0, refused = 0;
        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(
            async () =>
            {
                for (var i = worker; !over.IsCancellationRequested; i++)
                {
                    try
                    {
                        await OnceAsync(i);
                        Interlocked.Increment(ref done);
                    }
                    catch (IOException e)
                    {
                        // PreconditionFailed: a file that another of these workers touches while it is read.
                        store.Driver.Classify(e).Code.ShouldBeOneOf(
                            [StoreErrorCode.PermissionDenied, StoreErrorCode.NotFound, StoreErrorCode.PathConflict, StoreErrorCode.PreconditionFailed], e.ToString());
                        Interlocked.Increment(ref refused);
                    }
                }
            },
            Cancel)).ToArray();
        await Task.WhenAll(workers);
        swapper.Join();

        Snapshot(outside).ShouldBe(before);
        swaps.ShouldBeGreaterThan(100);
        done.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(0);
        output.WriteLine($"{swaps} swaps, {done} operations done, {refused} refused, 0 escapes");

        async Task OnceAsync(int i)
        {
            switch (i % 11)
            {
                case 0:
                    await store.PutAsync("d/new", "inside");
                    break;
                case 1:
                    (await store.TextAsync("d/file")).ShouldBe("inside");
                    break;
                case 2:
                    (await store.Driver.StatAsync("d/file", Cancel))?.Length.ShouldBe(6);
                    break;
                case 3:
                    await store.DeleteAsync("d/new");
                    break;
                case 4:
                    (await store.KeysAsync("d")).ShouldAllBe(k => k.StartsWith("d/", StringComparison.Ordinal));
                    break;
                case 5:
                    await store.Driver.CopyAsync(new CopyRequest("source", "d/copied", WriteMode.Replace), Cancel);
                    break;
                case 6:
                    await store.Driver.MakeDirectoryAsync("d/made/below", Cancel);
                    break;
                case 7:
                    await store.Driver.MoveAsync(new CopyRequest("d/copied", "d/moved", WriteMode.Replace), Cancel);
                    break;
                case 8:
                    await store.Driver.TouchAsync("d/file", Cancel);
                    break;
                case 9:
                    (await store.TextAsync("f")).ShouldBe("inside");
                    break;
                default:
                    await store.Driver.TouchAsync("f", Cancel);
                    break;
            }
        }
    }

    private static LocalTestStore Open(bool usesHandles) =>
        new(new LocalOptions { Durability = LocalDurability.None }, new LocalPlatform(usesHandles, WindowsNames: false));

    private static List<string> Snapshot(string folder) =>
    [
        $"{Directory.GetLastWriteTimeUtc(folder).Ticks}",
        .. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(p => $"{p} {File.GetLastWriteTimeUtc(p).Ticks} {File.ReadAllText(p)}"),
    ];
}
