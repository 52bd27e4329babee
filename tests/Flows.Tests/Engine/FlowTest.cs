using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Record = Cairn.Catalog.Records.Record;

namespace Flows.Tests.Engine;

/// <summary>A catalog in memory, and what the feed has about its runs.</summary>
public abstract class FlowTest : IAsyncLifetime
{
    internal MemoryProvider Provider { get; } = new();

    internal ArtifactStore Store { get; private set; } = null!;

    internal Cairn.Catalog.Catalog Catalog { get; private set; } = null!;

    internal static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = await ArtifactStore.OpenAsync(Provider, $"mem://{Guid.NewGuid():N}", cancellationToken: Cancel);
        Catalog = await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(Store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" }, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task<RunRecord> LastRunAsync() => RunRecord.Of((await RecordsAsync()).Last(r => r.Kind == RunRecord.Kind));

    /// <summary>The tasks of all runs in the order in which they ended.</summary>
    internal async Task<List<TaskRecord>> TasksAsync() => [.. (await RecordsAsync()).Where(r => r.Kind == TaskRecord.Kind).Select(TaskRecord.Of)];

    internal async Task<string> StatusesAsync() => string.Join(' ', (await TasksAsync()).Select(t => $"{t.Step}{(t.Item is null ? "" : "/" + t.Item)}:{t.Status}").Order(StringComparer.Ordinal));

    internal async Task<T> ValueAsync<T>(string step, string name, string? item = null)
        where T : notnull
    {
        var task = (await TasksAsync()).Last(t => t.Step == step && t.Item == item && t.Items is null);
        return await Catalog.Repository.LoadAsync<T>(task.State[name]!.Value, Cancel);
    }

    private async Task<List<Record>> RecordsAsync()
    {
        List<Record> records = [];
        foreach (var entry in await Catalog.Repository.Store.ListAsync("catalog/feed", new() { Recursive = true }, Cancel).Where(e => e.Kind == EntryKind.File).ToListAsync(Cancel))
        {
            await foreach (var line in RecordLines.ReadAsync(new MemoryStream(await Catalog.Repository.Store.ReadBytesAsync(entry.Path, cancellationToken: Cancel)), Cancel))
                records.Add(line.Record ?? throw new FormatException(line.Problem));
        }
        return [.. records.OrderBy(r => r.Id.ToString(), StringComparer.Ordinal)];
    }
}
