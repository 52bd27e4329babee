using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Formats.Parquet.Tests;

public sealed class ProjectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_column_costs_about_its_own_bytes(bool chunked)
    {
        var counted = new Counted();
        await using var store = await ArtifactStore.OpenAsync(new CountingProvider(counted), "mem://projection", cancellationToken: Cancel);
        var repository = new ArtifactRepository(store, new MaterializerRegistry().Add(new ParquetMaterializer(new() { RowGroupRows = 100_000 })));
        var saved = await repository.SaveAsync<IAsyncEnumerable<Ten>>(Rows(300_000).ToAsyncEnumerable(), new SaveOptions { Chunked = chunked }, Cancel);
        counted.Bytes = 0;
        await using var file = await repository.LoadAsync<ParquetFile>(saved.Digest, Cancel);
        var opened = counted.Bytes;
        var column = await file.ReadColumnAsync<double>("C", Cancel);
        column.ShouldBe(Rows(300_000).Select(r => r.C));
        // Eight bytes a value; each end of a part may cost a block more.
        counted.Bytes.ShouldBeInRange(300_000 * 8, (300_000 * 8) + (3 * 2 * 65536) + opened);
        saved.Manifest.TotalLength.ShouldBeGreaterThan(8 * counted.Bytes);
    }

    private static IEnumerable<Ten> Rows(int count)
    {
        var random = new Random(5);
        for (var i = 0; i < count; i++)
            yield return new(random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(), random.NextDouble(),
                random.NextDouble(), random.NextDouble(), random.NextDouble());
    }

    public sealed record Ten(double A, double B, double C, double D, double E, double F, double G, double H, double I, double J);

    private sealed class Counted
    {
        public long Bytes { get; set; }
    }

    [StoreFlavor("memory", "mem", Description = "Memory, counted.")]
    private sealed class CountingProvider(Counted counted) : IStoreProvider
    {
        private readonly MemoryProvider _inner = new();

        public async ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) => new CountingDriver(await _inner.OpenAsync(context, cancellationToken), counted);
    }

    private sealed class CountingDriver(StoreDriver inner, Counted counted) : DelegatingStoreDriver(inner)
    {
        public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
        {
            var read = await base.OpenReadAsync(request, cancellationToken);
            counted.Bytes += request.Range.LengthIn(read.Info.Length);
            return read;
        }
    }
}
