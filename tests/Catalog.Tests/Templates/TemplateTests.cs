using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Templates;

/// <summary>Templates in the store of a catalog.</summary>
public sealed class TemplateTests : IAsyncLifetime
{
    private ArtifactStore _store = null!;
    private Cairn.Catalog.Catalog _catalog = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}", cancellationToken: Cancel);
        _catalog = new(new ArtifactRepository(_store, MaterializerRegistry.CreateDefault()));
    }

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_template_is_read_as_it_was_saved_and_begins_no_catalog()
    {
        var saved = await _catalog.Templates.SaveAsync(
            new("a/Nightly", "Train")
            {
                Description = "each night",
                Parameters = new Dictionary<string, MetadataValue> { ["z"] = 1, ["a"] = 1.0, ["list"] = MetadataValue.List([true, "x"]), ["nan"] = double.NaN, ["at"] = DateTimeOffset.UnixEpoch },
                Secrets = new Dictionary<string, string> { ["token"] = "env:TOKEN" },
            },
            Cancel);
        (await _store.ReadTextAsync("library/templates/a/Nightly.json", Cancel)).ShouldBe(
            """{"description":"each night","flow":"Train","format":1,"parameters":{"a":1.0,"at":{"$":"time:1970-01-01T00:00:00.000000Z"},"list":[true,"x"],"nan":{"$":"NaN"},"token":{"$secret":"env:TOKEN"},"z":1}}""");
        var read = await _catalog.Templates.GetAsync("a/Nightly", Cancel);
        (read.Name, read.Flow, read.Description, read.ETag).ShouldBe(("a/Nightly", "Train", "each night", saved.ETag));
        read.Parameters.ShouldBe(saved.Parameters, ignoreOrder: true);
        read.Secrets.ShouldBe(saved.Secrets);
        (await _store.ListAsync(options: new() { Recursive = true }, cancellationToken: Cancel).Select(e => e.Path.Value).ToListAsync(Cancel)).ShouldBe(["library/templates/a/Nightly.json"]);
    }

    [Fact]
    public async Task Of_two_who_change_a_template_one_succeeds()
    {
        var first = await _catalog.Templates.SaveAsync(new("t", "Train"), Cancel);
        (await Should.ThrowAsync<StoreException>(() => _catalog.Templates.SaveAsync(new("t", "Other"), Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
        var second = await _catalog.Templates.SaveAsync(first with { Description = "second" }, Cancel);
        (await Should.ThrowAsync<StoreException>(() => _catalog.Templates.SaveAsync(first with { Description = "third" }, Cancel))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await _catalog.Templates.GetAsync("t", Cancel)).Description.ShouldBe("second");
        await _catalog.Templates.DeleteAsync("t", Cancel);
        (await Should.ThrowAsync<StoreException>(() => _catalog.Templates.SaveAsync(second with { Description = "fourth" }, Cancel))).Code.ShouldBe(StoreErrorCode.PreconditionFailed);
        (await _catalog.Templates.TryGetAsync("t", Cancel)).ShouldBeNull();
        (await _catalog.Templates.ListAsync(Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Its_parameters_are_those_of_a_run_unless_others_are_given()
    {
        var template = new RunTemplate("t", "Train") { Parameters = new Dictionary<string, MetadataValue> { ["a"] = 1, ["b"] = 2 }, Secrets = new Dictionary<string, string> { ["s"] = "env:ONE" } };
        var options = template.ToRunOptions(new() { Parameters = { ["b"] = 3 }, Secrets = { ["s"] = "env:TWO" }, Tags = ["x"] });
        options.Parameters.ShouldBe(new Dictionary<string, MetadataValue> { ["a"] = 1, ["b"] = 3 }, ignoreOrder: true);
        options.Secrets.ShouldBe(new Dictionary<string, string> { ["s"] = "env:TWO" });
        options.Tags.ShouldBe(["x"]);
        await Should.ThrowAsync<ArgumentException>(() => _catalog.Templates.SaveAsync(template with { Secrets = new Dictionary<string, string> { ["s"] = "plain" } }, Cancel));
        (await _catalog.Templates.ListAsync(Cancel).ToListAsync(Cancel)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{}", "it has no format")]
    [InlineData("""{"format":2,"flow":"F","parameters":{}}""", "it has the format 2")]
    [InlineData("""{"format":1,"parameters":{}}""", "it names no flow")]
    [InlineData("""{"format":1,"flow":"F"}""", "its parameters are not an object")]
    [InlineData("[1]", "it is not a JSON object")]
    public async Task A_file_that_is_no_template_is_refused(string content, string reason)
    {
        await _store.WriteTextAsync("library/templates/bad.json", content, WriteMode.CreateNew, cancellationToken: Cancel);
        var error = await Should.ThrowAsync<StoreException>(() => _catalog.Templates.GetAsync("bad", Cancel));
        (error.Code, error.Reason.Contains(reason, StringComparison.Ordinal)).ShouldBe((StoreErrorCode.IntegrityFailure, true), error.Reason);
    }
}
