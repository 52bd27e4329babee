using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Tests.Drivers;
using Cairn.Transfers;

namespace Cairn.Tests.Transfers;

/// <summary>What becomes of a tree when some of it cannot be transferred: the rest arrives, each failure is told with its own path, and nothing is deleted.</summary>
public sealed class TreeFailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-trees-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task One_file_that_fails_does_not_stop_the_others()
    {
        var (_, store) = await RemoteDriver.OpenAsync(name: "one");
        var (inner, _) = await RemoteDriver.OpenAsync(name: "two");
        await using var target = new ArtifactStore(new RefusingDriver(inner, "u/03", "u/07"));
        for (var i = 0; i < 20; i++)
            await store.WriteTextAsync($"t/{i:D2}", "x", WriteMode.CreateNew);

        var e = await Should.ThrowAsync<BatchFailedException>(() => store.CopyTreeToAsync("t", target, "u"));

        e.Failures.Select(f => f.Uri!.Path.Value).Order().ShouldBe(["u/03", "u/07"]);
        e.Code.ShouldBe(StoreErrorCode.PermissionDenied);
        e.Result.ShouldNotBeNull();
        (e.Result.Files, e.Result.Bytes, e.Result.Failures.Count).ShouldBe((18, 18, 2));
        (await CopyMoveTests.Names(target)).Count.ShouldBe(18);
    }

    [Fact]
    public async Task A_move_that_fails_in_part_deletes_nothing()
    {
        var (source, store) = await RemoteDriver.OpenAsync(name: "one");
        var (inner, _) = await RemoteDriver.OpenAsync(name: "two");
        await using var target = new ArtifactStore(new RefusingDriver(inner, "u/3"));
        for (var i = 0; i < 8; i++)
            await store.WriteTextAsync($"t/{i}", "x", WriteMode.CreateNew);

        (await Should.ThrowAsync<BatchFailedException>(() => store.MoveToAsync("t", target, "u", WriteMode.CreateNew))).Failures.Count.ShouldBe(1);

        (await CopyMoveTests.Names(store)).Count.ShouldBe(8);
        source.Deleted.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_store_cannot_list_fails_a_copy_and_a_move_and_a_removal_by_name()
    {
        var (inner, _) = await RemoteDriver.OpenAsync(name: "one");
        var (_, target) = await RemoteDriver.OpenAsync(name: "two");
        await using var store = new ArtifactStore(new LeavingOutDriver(inner, new UnlistedEntry("t", "secret", UnlistedKind.Unreadable, new UnauthorizedAccessException())));
        await store.WriteTextAsync("t/a", "x", WriteMode.CreateNew);

        foreach (var run in new Func<Task>[]
        {
            () => store.CopyTreeToAsync("t", target, "copy"),
            () => store.MoveToAsync("t", target, "moved", WriteMode.CreateNew),
            () => store.DownloadDirectoryAsync("t", Path.Join(_folder, "down")),
            () => store.SyncToAsync("t", target, "synced", new() { Delete = true }),
        })
        {
            var e = await Should.ThrowAsync<BatchFailedException>(run);
            e.Failures.ShouldHaveSingleItem().Uri!.Path.Value.ShouldBe("t/secret");
            e.Failures[0].Code.ShouldBe(StoreErrorCode.PermissionDenied);
        }
        (await CopyMoveTests.Names(store)).ShouldBe(["t/a"]);
        (await CopyMoveTests.Names(target)).ShouldBe(["copy/a", "moved/a", "synced/a"]);
        (await store.CopyTreeToAsync("t", target, "again", new() { Exclude = ["secret/**"] })).Files.ShouldBe(1);

        (await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("t"))).Failures.ShouldHaveSingleItem().Uri!.Path.Value.ShouldBe("t/secret");
        (await CopyMoveTests.Names(store)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_driver_tells_again_is_told_once()
    {
        var (inner, _) = await RemoteDriver.OpenAsync(name: "one");
        await using var store = new ArtifactStore(new LeavingOutDriver(new LeavingOutDriver(inner, UnlistedEntry.Unnameable("t//x")), UnlistedEntry.Unnameable("t//x")));
        await store.WriteTextAsync("t/a", "x", WriteMode.CreateNew);
        var told = new List<string>();

        (await store.ListAsync(options: new() { Recursive = true, Unlisted = e => told.Add(e.FullName) }).CountAsync()).ShouldBe(1);

        told.ShouldBe(["t//x"]);
        (await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("t"))).Failures.ShouldHaveSingleItem().Message.ShouldContain("'t//x', whose name is not a valid path");
    }

    [Fact]
    public async Task A_folder_with_links_and_special_files_goes_up_but_for_those_and_each_is_told()
    {
        MakeOddFolder();
        var (_, store) = await RemoteDriver.OpenAsync();

        var e = await Should.ThrowAsync<BatchFailedException>(() => store.UploadDirectoryAsync(_folder, "t"));

        var told = e.Failures.ToDictionary(f => Path.GetFileName(f.Uri!.Path.Value), f => f.Reason);
        told.Keys.Order(StringComparer.Ordinal).ShouldBe(["broken", "dirlink", "loop", "pipe"]);
        told["pipe"].ShouldContain("it is a pipe; use '-' for standard input");
        told["broken"].ShouldContain("whose target does not exist");
        told["dirlink"].ShouldContain("link to a folder");
        (await CopyMoveTests.Names(store)).ShouldBe(["t/empty/", "t/filelink", "t/sub/a"]);
        e.Result!.Files.ShouldBe(2);
        (await store.UploadDirectoryAsync(_folder, "u", new() { Exclude = ["broken", "dirlink", "**/loop", "pipe"] })).Files.ShouldBe(2);
    }

    [Fact]
    public async Task Links_are_followed_but_for_one_that_leads_back()
    {
        MakeOddFolder();
        var (_, store) = await RemoteDriver.OpenAsync();

        var e = await Should.ThrowAsync<BatchFailedException>(() => store.UploadDirectoryAsync(_folder, "t", new() { Links = LinkHandling.Follow }));

        e.Failures.Select(f => f.Uri!.Path.Value[(_folder.Length)..]).Order(StringComparer.Ordinal).ShouldBe(["broken", "dirlink/loop", "pipe", "sub/loop"]);
        e.Failures.Single(f => f.Uri!.Path.Name == "loop" && f.Uri.Path.Parent.Name == "sub").Reason.ShouldContain("that it lies in");
        (await CopyMoveTests.Names(store)).ShouldBe(["t/dirlink/a", "t/empty/", "t/filelink", "t/sub/a"]);
    }

    [Fact]
    public async Task Links_are_skipped_when_that_is_asked_for_and_listed()
    {
        MakeOddFolder();
        var (_, store) = await RemoteDriver.OpenAsync();

        var result = await store.UploadDirectoryAsync(_folder, "t", new() { Links = LinkHandling.Skip, Exclude = ["pipe"] });

        result.Files.ShouldBe(1);
        result.Failures.ShouldBeEmpty();
        result.Skipped.Select(s => s.Path).Order(StringComparer.Ordinal).ShouldBe(["broken", "dirlink", "filelink", "sub/loop"]);
    }

    [Fact]
    public async Task A_name_that_is_not_text_is_told_and_does_not_block_its_tree()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems hold text only.");
        File.WriteAllText(Path.Join(_folder, "good"), "x");
        Run("sh", "-c", $"printf x > '{_folder}'/\"$(printf 'caf\\351')\"");
        var (_, store) = await RemoteDriver.OpenAsync();

        var e = await Should.ThrowAsync<BatchFailedException>(() => store.UploadDirectoryAsync(_folder, "t"));

        e.Failures.ShouldHaveSingleItem().Reason.ShouldContain("caf");
        (await CopyMoveTests.Names(store)).ShouldBe(["t/good"]);
        Run("sh", "-c", $"rm '{_folder}'/caf*");
    }

    [Fact]
    public async Task A_pipe_is_refused_at_once_whoever_opens_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes a pipe of Linux.");
        var pipe = Path.Join(_folder, "pipe");
        Run("mkfifo", pipe);
        var (_, store) = await RemoteDriver.OpenAsync();
        var artifacts = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
        foreach (var run in new Func<Task>[]
        {
            () => store.UploadFileAsync(pipe, "x", WriteMode.CreateNew),
            () => artifacts.SaveAsync(new FileInfo(pipe)),
        })
        {
            // Without the look, the open would wait for a writer for ever.
            var e = await Should.ThrowAsync<StoreException>(() => run().WaitAsync(TimeSpan.FromSeconds(60)));
            e.Message.ShouldContain("it is a pipe; use '-' for standard input");
        }
        (await store.ExistsAsync("x")).ShouldBeFalse();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }

    /// <summary>Two files, an empty folder, a link to each kind of thing, a loop and a pipe.</summary>
    private void MakeOddFolder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test makes links and a pipe of Linux.");
        Directory.CreateDirectory(Path.Join(_folder, "sub"));
        Directory.CreateDirectory(Path.Join(_folder, "empty"));
        File.WriteAllText(Path.Join(_folder, "sub", "a"), "a");
        File.CreateSymbolicLink(Path.Join(_folder, "filelink"), "sub/a");
        File.CreateSymbolicLink(Path.Join(_folder, "broken"), "nowhere");
        Directory.CreateSymbolicLink(Path.Join(_folder, "dirlink"), "sub");
        Directory.CreateSymbolicLink(Path.Join(_folder, "sub", "loop"), "..");
        Run("mkfifo", Path.Join(_folder, "pipe"));
    }

    /// <summary>Refuses to publish some files.</summary>
    private sealed class RefusingDriver(StoreDriver inner, params string[] refused) : DelegatingStoreDriver(inner)
    {
        public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
            refused.Contains(request.Path.Value) ? throw new UnauthorizedAccessException() : Inner.BeginUploadAsync(request, cancellationToken);
    }

    /// <summary>Lists everything but one thing, and says so.</summary>
    private sealed class LeavingOutDriver(StoreDriver inner, UnlistedEntry entry) : DelegatingStoreDriver(inner)
    {
        public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (entry.Directory.IsUnder(request.Directory) && request.Recursive)
                request.Unlisted?.Invoke(entry);
            await foreach (var page in Inner.ListAsync(request, cancellationToken))
                yield return page;
        }
    }
}
