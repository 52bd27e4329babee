using System.Text.Json.Nodes;
using Cairn;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Cairn.Providers.Memory;
using Record = Cairn.Catalog.Records.Record;

namespace Catalog.Tests;

/// <summary>A store in memory with chains of assets, names and runs, which are written as the format describes.</summary>
internal sealed class TestCatalog : IAsyncDisposable
{
    private static readonly RecordId _ids = new(TimeProvider.System);
    private readonly Dictionary<ChainKey, ChainHead> _heads = [];

    private TestCatalog(ArtifactStore store) => Store = store;

    public Guid Id { get; } = Guid.CreateVersion7();

    public ArtifactStore Store { get; }

    /// <summary>All records that were written, in order.</summary>
    public List<Record> Records { get; } = [];

    public static async Task<TestCatalog> OpenAsync(TimeProvider? time = null) =>
        new(await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}", options: new() { TimeProvider = time ?? TimeProvider.System }));

    public Task<Record> NameAsync(string fold, Guid? owner) =>
        AppendAsync(ChainKey.OfName(fold), new() { ["kind"] = "name", ["name"] = fold, ["of"] = "asset", ["text"] = fold, ["fold"] = 16, ["owner"] = owner?.ToString() });

    public Task<Record> ChangeAsync(Guid asset, string change, string state) =>
        AppendAsync(ChainKey.OfAsset(asset), new() { ["kind"] = "asset", ["asset"] = asset.ToString(), ["change"] = JsonNode.Parse(change), ["state"] = JsonNode.Parse(state) });

    public Task<Record> VersionAsync(Guid asset, int number, string name, string meta = "{}", string type = "model") =>
        ChangeAsync(asset, $$"""{"version":{{number}},"artifact":"sha256:{{number:x64}}","meta":{{meta}}}""", $$"""{"n":{{number}},"at":1,"names":["{{name}}"],"type":"{{type}}"}""");

    public Task<Record> DecideAsync(Guid run, string change, string state) =>
        AppendAsync(ChainKey.OfRun(run), new() { ["kind"] = "run", ["run"] = run.ToString(), ["change"] = JsonNode.Parse(change), ["state"] = JsonNode.Parse(state) });

    /// <summary>Some assets with versions, aliases, tags, edits, deletions, renames and a record that cannot be applied.</summary>
    public async Task FillAsync()
    {
        var (a, b) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await NameAsync("x", a);
        await VersionAsync(a, 1, "X", """{"auc":0.91,"site":{"region":"north"}}""");
        await ChangeAsync(a, $$"""{"version":2,"artifact":"sha256:{{2:x64}}","meta":{"auc":0.95},"alias":{"production":2},"from":{"production":null},"why":"first"}""",
            """{"n":2,"at":2,"names":["X"],"type":"model","aliases":{"production":2},"tags":["team"]}""");
        await NameAsync("y", a);
        await ChangeAsync(a, """{"names":["Y","X"]}""", """{"n":2,"at":2,"names":["Y","X"],"type":"model","aliases":{"production":2},"tags":["team"]}""");
        await ChangeAsync(a, """{"edit":{"n":1,"text":"Weekly retrained.","tags":["old"],"meta":{"auc":0.5}}}""",
            """{"n":2,"at":2,"names":["Y","X"],"type":"model","aliases":{"production":2},"tags":["team"]}""");
        await ChangeAsync(a, """{"version":"three"}""", """{"n":3,"at":6,"names":["Y"],"type":"model","aliases":{"candidate":3}}""");
        await ChangeAsync(a, """{"delete":"1"}""", """{"n":3,"at":6,"names":["Y"],"type":"report","aliases":{"production":2},"deleted":"1"}""");
        await NameAsync("x", null);
        await NameAsync("x", b);
        await VersionAsync(b, 1, "x", """{"auc":3,"note":"Éclair"}""", "table");
        await ChangeAsync(b, $$"""{"version":2,"artifact":"sha256:{{2:x64}}","meta":{},"run":"{{a}}","task":"{{b}}"}""", """{"n":2,"at":1,"names":["x"],"type":"table"}""");
        await ChangeAsync(b, """{"delete":"*"}""", """{"n":2,"at":2,"names":["x"],"type":"table","gone":true}""");
        await ChangeAsync(b, """{"restore":"*"}""", """{"n":2,"at":2,"names":["x"],"type":"table"}""");
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private async Task<Record> AppendAsync(ChainKey key, JsonObject members)
    {
        members["v"] = 1;
        members["at"] = Record.Format(DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(Records.Count));
        members["by"] = "u:ada";
        var chain = new Chain(Store, key.Folder, key.Kind, Record.Text(members[key.Kind])!);
        var (head, _) = await chain.AppendAsync(_heads.GetValueOrDefault(key), isNewest: true, _ids.Next(), (_, _) => new(members), null, default);
        _heads[key] = head!;
        Records.Add(head!.Record!);
        return head.Record!;
    }
}
