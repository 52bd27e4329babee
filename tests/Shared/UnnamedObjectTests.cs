using Cairn.Providers;

namespace Cairn.Tests;

/// <summary>Objects that other programs have written under names that no path can hold: nothing takes them for something else, and a listing says that it leaves them out.</summary>
/// <remarks>A source file that several test projects share.</remarks>
public abstract class UnnamedObjectTests
{
    private StoreDriver? _driver;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Names that no path can hold; each holds some bytes.</summary>
    protected virtual string[] Unnamed { get; } = ["/lead", "a//b", "mm/full/", "mm/solo/"];

    /// <summary>Opens a driver on an empty place, into which <see cref="PutAsync"/> writes.</summary>
    protected abstract Task<StoreDriver> OpenAsync();

    /// <summary>Writes an object below the store's root without Cairn.</summary>
    protected abstract Task PutAsync(string name, byte[] content);

    /// <summary>Reads one so.</summary>
    protected abstract Task<byte[]> GetAsync(string name);

    [Fact]
    public async Task A_listing_tells_of_the_objects_that_it_leaves_out()
    {
        await using var store = await SeedAsync();
        var unlisted = new List<UnlistedEntry>();
        var all = await store.ListAsync(options: new() { Recursive = true, IncludeEmptyDirectories = true, Unlisted = unlisted.Add }, cancellationToken: Cancel).Select(e => e.OrderKey)
            .ToListAsync(Cancel);
        all.ShouldBe(["mm/full/x", "mm/made/", "ok"]);
        NamesOf(unlisted).ShouldBe(Unnamed.Order(StringComparer.Ordinal));
        unlisted.ShouldAllBe(e => e.Kind == UnlistedKind.Unnameable && e.Path == null);
        unlisted.ShouldAllBe(e => e.Reason.Message.Contains("whose name is not a valid path", StringComparison.Ordinal));
        unlisted.Single(e => e.FullName == "mm/full/").Directory.Value.ShouldBe("mm");

        var below = new List<UnlistedEntry>();
        (await store.ListAsync("mm/full", new() { Unlisted = below.Add }, Cancel).Select(e => e.OrderKey).ToListAsync(Cancel)).ShouldBe(["mm/full/x"]);
        NamesOf(below).ShouldBe(["mm/full/"]);

        var view = new List<UnlistedEntry>();
        (await store.Under("mm").ListAsync(options: new() { Recursive = true, Unlisted = view.Add }, cancellationToken: Cancel).Select(e => e.OrderKey).ToListAsync(Cancel)).ShouldBe(["full/x"]);
        NamesOf(view).ShouldBe(["full/", "solo/"]);

        // The marker of the view's own root is one of them, too.
        var own = new List<UnlistedEntry>();
        (await store.Under("mm/full").ListAsync(options: new() { Recursive = true, Unlisted = own.Add }, cancellationToken: Cancel).Select(e => e.OrderKey).ToListAsync(Cancel)).ShouldBe(["x"]);
        NamesOf(own).ShouldBe(["/"]);

        // Nobody asks: the rest is listed.
        (await store.ListAsync(options: new() { Recursive = true }, cancellationToken: Cancel).Select(e => e.OrderKey).ToListAsync(Cancel)).ShouldBe(["mm/full/x", "ok"]);
    }

    [Fact]
    public async Task A_marker_that_has_content_is_neither_removed_nor_replaced()
    {
        await using var store = await SeedAsync();
        await store.MakeDirectoryAsync("mm/solo", Cancel);
        await store.MakeDirectoryAsync("mm/made", Cancel);
        DeleteTarget[] markers = [new("mm/full", EntryKind.Directory), new("mm/made", EntryKind.Directory), new("mm/none", EntryKind.Directory), new("mm/solo", EntryKind.Directory)];
        var results = await _driver!.DeleteAsync(new(markers) { ReportMissing = true }, Cancel);
        results.Select(r => r.Outcome).ShouldBe([DeleteOutcome.Failed, DeleteOutcome.Deleted, DeleteOutcome.Missing, DeleteOutcome.Failed]);
        _driver!.Classify(results[0].Error!).Reason.ShouldContain("mm/full/' has content");
        var only = await Should.ThrowAsync<Exception>(async () => throw (await _driver!.DeleteAsync(new([markers[3]]), Cancel)).Single().Error!);
        _driver!.Classify(only).Code.ShouldBe(StoreErrorCode.PathConflict);
        // The tree's own mark is such an object, too.
        (await Should.ThrowAsync<BatchFailedException>(() => store.RemoveTreeAsync("mm/full", Cancel))).Failures.ShouldHaveSingleItem().Message.ShouldContain(
            "the object 'mm/full/', whose name is not a valid path");
        foreach (var name in Unnamed)
            (await GetAsync(name)).ShouldBe(Content(name), name);
    }

    private static IEnumerable<string> NamesOf(IEnumerable<UnlistedEntry> entries) => entries.Select(e => e.FullName).Order(StringComparer.Ordinal);

    private static byte[] Content(string name) => System.Text.Encoding.UTF8.GetBytes($"content of {name}");

    private async Task<ArtifactStore> SeedAsync()
    {
        _driver = await OpenAsync();
        foreach (var name in Unnamed)
            await PutAsync(name, Content(name));
        await PutAsync("mm/full/x", [1]);
        await PutAsync("ok", [2]);
        await PutAsync("mm/made/", []);
        return new(_driver);
    }
}
