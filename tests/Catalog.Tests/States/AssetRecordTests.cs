using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog.Index;
using Cairn.Catalog.States;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Workspaces;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests.States;

/// <summary>The readers of assets and the index refuse the same records.</summary>
public sealed class AssetRecordTests
{
    private const string Good = """{"n":2,"at":2,"names":["x"]}""";
    private const string Save = """{"version":2,"artifact":"sha256:0000000000000000000000000000000000000000000000000000000000000002"}""";

    public static TheoryData<string, string, string> Wrong => new()
    {
        { """{"version":"2","artifact":"sha256:0000000000000000000000000000000000000000000000000000000000000002"}""", Good, "version" },
        { """{"version":0,"artifact":"sha256:0000000000000000000000000000000000000000000000000000000000000002"}""", Good, "version" },
        { """{"version":2}""", Good, "artifact" },
        { """{"version":2,"artifact":"sha256:2"}""", Good, "artifact" },
        { """{"meta":[]}""", Good, "metadata" },
        { """{"meta":{"x":null}}""", Good, "metadata" },
        { """{"meta":{"x":{"$":"yesterday"}}}""", Good, "metadata" },
        { """{"meta":{"x":{"$":"time:2026-11-28"}}}""", Good, "'$'" },
        { """{"text":1}""", Good, "text" },
        { """{"why":[]}""", Good, "why" },
        { """{"origin":"store"}""", Good, "origin" },
        { """{"alias":{"a":"1"}}""", Good, "alias" },
        { """{"alias":{"a":1},"from":{"a":-1}}""", Good, "from" },
        { """{"edit":[]}""", Good, "edit" },
        { """{"edit":{}}""", Good, "'n'" },
        { """{"edit":{"n":1,"text":1}}""", Good, "text" },
        { """{"edit":{"n":1,"tags":"a"}}""", Good, "tags" },
        { """{"edit":{"n":1,"tags":[1]}}""", Good, "tags" },
        { """{"edit":{"n":1,"meta":{"x":{"$":"?"}}}}""", Good, "metadata" },
        { Save, """{"n":-1}""", "'n'" },
        { Save, """{"n":2.0}""", "'n'" },
        { Save, """{"n":2,"at":"2"}""", "at" },
        { Save, """{"n":2,"names":"x"}""", "names" },
        { Save, """{"n":2,"names":["a:b"]}""", "names" },
        { Save, """{"n":2,"names":[""]}""", "names" },
        { Save, """{"n":2,"type":1}""", "type" },
        { Save, """{"n":2,"display":{}}""", "display" },
        { Save, """{"n":2,"description":false}""", "description" },
        { Save, """{"n":2,"tags":[null]}""", "tags" },
        { Save, """{"n":2,"aliases":{"a":null}}""", "aliases" },
        { Save, """{"n":2,"aliases":{"a":0}}""", "aliases" },
        { Save, """{"n":2,"fixed":{}}""", "fixed" },
        { Save, """{"n":2,"protected":1}""", "protected" },
        { Save, """{"n":2,"deleted":"2-1"}""", "ranges" },
        { Save, """{"n":2,"deleted":1}""", "deleted" },
        { Save, """{"n":2,"edited":"x"}""", "version number" },
        { Save, """{"n":2,"pinned":["1"]}""", "pinned" },
        { Save, """{"n":2,"released":{"x":0}}""", "released" },
        { Save, """{"n":2,"gone":"true"}""", "gone" },
        { Save, "[]", "state" },
        { "7", Good, "change" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_member_of_another_form_makes_the_record_unreadable_to_all_readers(string change, string state, string reason)
    {
        await using var root = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}");
        var catalog = await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(root, MaterializerRegistry.CreateDefault()));
        var store = catalog.Repository.Store;
        var id = (await catalog.Assets.SaveAsync("x", "one")).AssetId;
        var first = Record.Parse(await store.ReadBytesAsync($"catalog/assets/{id}/00000001.json"));
        var second = $$"""{"v":1,"kind":"asset","id":"{{Guid.CreateVersion7()}}","at":"2026-11-28T15:02:11Z","by":"","asset":"{{id}}","seq":2,"prev":"{{first.Hash.Hex}}","change":{{change}},"state":{{state}}}""";
        await store.WriteTextAsync($"catalog/assets/{id}/00000002.json", second, WriteMode.CreateNew);

        Should.Throw<FormatException>(() => AssetRecord.Of(Record.Parse(System.Text.Encoding.UTF8.GetBytes(second)))).Message.ShouldContain(reason);
        (await Should.ThrowAsync<StoreException>(async () =>
        {
            await foreach (var _ in catalog.Assets.HistoryAsync("x"))
            {
            }
        })).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        using var folder = new TempFolder();
        using var index = CatalogIndex.Open(folder.Path, store, await catalog.GetIdAsync(), TimeProvider.System);
        await index.SyncAsync(isFull: true, default);
        index.Status().Unreadable.ShouldBe(1);
        index.FindAsset("x")!.State.Newest.ShouldBe(1);
    }
}
