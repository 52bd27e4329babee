using Cairn.Flavors;
using Cairn.Workspaces;

namespace Cairn.Tests.Workspaces;

public sealed class WorkspaceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FlavorRegistry _flavors = SampleFlavors.Create();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Init_makes_an_active_default_store_inside_the_folder()
    {
        var (workspace, created) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);

        created.ShouldBeTrue();
        workspace.Folder.ShouldBe(_folder[".cairn"]);
        var content = workspace.Read();
        content.Active.ShouldBe("default");
        content.Find(null).ShouldBe(content.Stores.Single());
        content.Stores.Single().Flavor.ShouldBe("local");
        content.Stores.Single().Root.ShouldBe(StoreUri.FromLocalPath(_folder[".cairn/store"]));
    }

    [Fact]
    public async Task Init_again_changes_nothing()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await workspace.RegisterAsync(Cloud("far"), Cancel);
        var before = await File.ReadAllBytesAsync(_folder[".cairn/workspace.json"], Cancel);

        var (_, created) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);

        created.ShouldBeFalse();
        (await File.ReadAllBytesAsync(_folder[".cairn/workspace.json"], Cancel)).ShouldBe(before);
    }

    [Fact]
    public async Task A_moved_project_keeps_its_default_store()
    {
        await Workspace.InitializeAsync(_folder["old"], _flavors, cancellationToken: Cancel);
        Directory.Move(_folder["old"], _folder["new"]);

        Workspace.Open(_folder["new"], _flavors).Read().Find("default").Root.ShouldBe(StoreUri.FromLocalPath(_folder["new/.cairn/store"]));
    }

    [Fact]
    public async Task It_is_found_by_walking_up_and_by_either_folder()
    {
        await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        Directory.CreateDirectory(_folder["a/b/c"]);

        Workspace.FindFolder(_folder["a/b/c"]).ShouldBe(_folder[".cairn"]);
        Workspace.Open(_folder.Path, _flavors).Folder.ShouldBe(_folder[".cairn"]);
        Workspace.Open(_folder[".cairn"] + "/", _flavors).Folder.ShouldBe(_folder[".cairn"]);
        Should.Throw<StoreException>(() => Workspace.Open(_folder["a"], _flavors)).Message.ShouldContain("cairn init");
    }

    [Fact]
    public async Task Stores_are_registered_updated_renamed_and_removed()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await workspace.RegisterAsync(Cloud("far"), Cancel);
        await workspace.SetActiveAsync("far", Cancel);

        var updated = await workspace.UpdateAsync("far", StoreUri.Parse("cls://other"), new Dictionary<string, string?> { ["tries"] = "5", ["access-key"] = null }, Cancel);
        updated.Root.ToString().ShouldBe("cls://other");
        updated.Options.ShouldBe(new Dictionary<string, string> { ["region"] = "north", ["tries"] = "5" }, ignoreOrder: true);

        await workspace.RenameAsync("far", "further", Cancel);
        var content = Workspace.Open(_folder.Path, _flavors).Read();
        content.Active.ShouldBe("further");
        content.Stores.Select(s => s.Name).ShouldBe(["default", "further"]);
        content.Find("further").Options["tries"].ShouldBe("5");

        await workspace.RemoveAsync("further", Cancel);
        content = workspace.Read();
        content.Active.ShouldBeNull();
        Should.Throw<StoreException>(() => content.Find(null)).Message.ShouldContain("default");
    }

    [Fact]
    public async Task A_taken_name_is_refused()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await workspace.RegisterAsync(Cloud("far"), Cancel);

        (await Should.ThrowAsync<StoreException>(workspace.RegisterAsync(Cloud("far"), Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        (await Should.ThrowAsync<StoreException>(workspace.RenameAsync("far", "default", Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task An_unknown_store_is_an_error_that_lists_what_there_is()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await workspace.RegisterAsync(Cloud("far"), Cancel);

        foreach (var call in new Func<Task>[] { () => workspace.RemoveAsync("nope", Cancel), () => workspace.SetActiveAsync("nope", Cancel), () => workspace.RenameAsync("nope", "other", Cancel) })
            (await Should.ThrowAsync<StoreException>(call())).Message.ShouldContain("available: default, far");
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        var names = Enumerable.Range(0, 40).Select(i => $"store-{i:00}").ToArray();

        await Parallel.ForEachAsync(names, Cancel, async (name, cancel) => await Workspace.Open(_folder.Path, _flavors).RegisterAsync(Cloud(name), cancel));

        Workspace.Open(_folder.Path, _flavors).Read().Stores.Select(s => s.Name).ShouldBe(["default", .. names]);
        Directory.GetFiles(_folder[".cairn"], "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_this_version_does_not_know_is_kept()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await File.WriteAllTextAsync(_folder[".cairn/workspace.json"], """
            { "version": 1, "catalog": {"address": "sqlite"}, "stores": { "far": { "flavor": "cloud", "root": "cl://x", "options": {"region": "n"}, "colour": "red" } } }
            """, Cancel);

        await workspace.UpdateAsync("far", options: new Dictionary<string, string?> { ["tries"] = "1" }, cancellationToken: Cancel);
        await workspace.RenameAsync("far", "near", Cancel);

        var text = await File.ReadAllTextAsync(_folder[".cairn/workspace.json"], Cancel);
        text.ShouldContain("\"address\": \"sqlite\"");
        text.ShouldContain("\"colour\": \"red\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"version\": 1, \"stores\": {")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{ \"stores\": {} }")]
    [InlineData("{ \"version\": 1 }")]
    [InlineData("{ \"version\": 0, \"stores\": {} }")]
    [InlineData("{ \"version\": 2, \"stores\": {} }")]
    [InlineData("{ \"version\": \"one\", \"stores\": {} }")]
    [InlineData("{ \"version\": 1, \"stores\": { \"default\": 5 } }")]
    public async Task A_damaged_or_newer_file_is_an_error_and_is_never_overwritten(string text)
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await File.WriteAllTextAsync(_folder[".cairn/workspace.json"], text, Cancel);

        Should.Throw<StoreException>(workspace.Read).Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        await Should.ThrowAsync<StoreException>(workspace.SetActiveAsync("default", Cancel));
        await Should.ThrowAsync<StoreException>(workspace.RegisterAsync(Cloud("far"), Cancel));
        await Should.ThrowAsync<StoreException>(Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel));
        (await File.ReadAllTextAsync(_folder[".cairn/workspace.json"], Cancel)).ShouldBe(text);
    }

    [Fact]
    public async Task A_root_that_is_none_is_an_error_of_its_store_alone()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await workspace.RegisterAsync(Cloud("far"), Cancel);
        var file = _folder[".cairn/workspace.json"];
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancel)).Replace("./store", "nonsense", StringComparison.Ordinal), Cancel);

        var content = workspace.Read();
        content.Stores.Select(s => s.Name).ShouldBe(["far"]);
        content.Unusable.Keys.ShouldBe(["default"]);
        var error = Should.Throw<StoreException>(() => content.Find("default"));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain("nonsense");
        Should.Throw<StoreException>(() => content.Find(null)).Message.ShouldBe(error.Message);
        await Should.ThrowAsync<StoreException>(workspace.SetActiveAsync("default", Cancel));

        // Changes of others keep it as it is; it can be removed.
        await workspace.SetActiveAsync("far", Cancel);
        (await File.ReadAllTextAsync(file, Cancel)).ShouldContain("nonsense");
        await workspace.RemoveAsync("default", Cancel);
        workspace.Read().Unusable.ShouldBeEmpty();
        await Should.ThrowAsync<StoreException>(workspace.RemoveAsync("default", Cancel));
    }

    [Fact]
    public async Task Leftovers_of_a_killed_writer_are_cleared_by_the_next()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        await File.WriteAllTextAsync(_folder[".cairn/workspace.json.abc.tmp"], "{", Cancel);

        await workspace.RegisterAsync(Cloud("far"), Cancel);

        File.Exists(_folder[".cairn/workspace.json.abc.tmp"]).ShouldBeFalse();
        workspace.Read().Stores.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_writer_waits_while_another_holds_the_lock_and_can_be_cancelled()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, cancellationToken: Cancel);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task registering, cancelled;
        await using (new FileStream(_folder[".cairn/workspace.lock"], FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            registering = workspace.RegisterAsync(Cloud("far"), Cancel);
            cancelled = workspace.RegisterAsync(Cloud("never"), cancellation.Token);
            await cancellation.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(cancelled);
            registering.IsCompleted.ShouldBeFalse();
        }
        await registering;
        workspace.Read().Stores.Select(s => s.Name).ShouldBe(["default", "far"]);
    }

    private static RegisteredStore Cloud(string name) => new(name, "cloud", StoreUri.Parse("cl://bucket/data"))
    {
        Options = new Dictionary<string, string> { ["region"] = "north", ["access-key"] = "env:CAIRN_TEST_KEY" },
    };

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_no_other_process()
    {
        var (workspace, _) = await Workspace.InitializeAsync(_folder.Path, _flavors, new StandingClock(), Cancel);
        File.Delete(_folder[".cairn/workspace.lock"]);
        Directory.CreateDirectory(_folder[".cairn/workspace.lock"]);
        // A clock that stands still waits for ever.
        (await Should.ThrowAsync<StoreException>(() => workspace.RegisterAsync(Cloud("far"), Cancel))).Message.ShouldContain("cannot be written");
    }

    /// <summary>Time that does not pass.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
