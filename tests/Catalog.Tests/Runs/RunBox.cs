using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Feed;
using Cairn.Catalog.RunRecords;
using AssetCatalog = Catalog.Tests.Assets.TestCatalog;

namespace Catalog.Tests.Runs;

/// <summary>A catalog whose runs are written by the test, as another machine would write them.</summary>
internal sealed class RunBox : IAsyncDisposable
{
    private int _published;

    private RunBox(AssetCatalog catalog) => Catalog = catalog;

    public AssetCatalog Catalog { get; }

    public RunCollection Runs => Catalog.Catalog.Runs;

    public RunSample Sample { get; } = new();

    public static async Task<RunBox> OpenAsync() => new(await AssetCatalog.OpenAsync());

    public Task<BlobDigest> SaveAsync(string content) => Catalog.ArtifactAsync(content);

    /// <summary>Publishes what the sample has made since the last time.</summary>
    public async Task PublishAsync()
    {
        await using var publisher = new FeedPublisher(Catalog.Store, TimeProvider.System);
        await publisher.PublishAsync(Sample.Records[_published..], default);
        _published = Sample.Records.Count;
    }

    /// <summary>A run that has succeeded.</summary>
    public RunRecord Run(string flow, string parameters = "{}", RunStatus status = RunStatus.Succeeded) => Sample.End(Sample.Add(Sample.NewRun(flow, parameters)), status);

    public async Task<List<string>> ListAsync(RunListOptions options) => await Runs.ListAsync(options).Select(r => $"{r.Flow} {r.Status}").ToListAsync();

    public ValueTask DisposeAsync() => Catalog.DisposeAsync();
}
