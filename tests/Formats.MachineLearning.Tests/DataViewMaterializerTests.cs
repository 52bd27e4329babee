using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning.Tests;

public sealed class DataViewMaterializerTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://idv-{Guid.NewGuid():N}", cancellationToken: Cancel), MaterializerRegistry.CreateDefault()
            .Add(new DataViewMaterializer()));

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task Many_blocks_of_equal_data_are_equal_bytes_whichever_thread_is_first()
    {
        var digest = (await _repository.SaveAsync(Houses.Noise(100_000), cancellationToken: Cancel)).Digest;
        for (var i = 0; i < 5; i++)
            (await _repository.SaveAsync(Houses.Noise(100_000), cancellationToken: Cancel)).Digest.ShouldBe(digest);
        var data = await _repository.LoadAsync<IDataView>(digest, Cancel);
        using (data as IDisposable)
            Houses.Lines(data, Cancel).SequenceEqual(Houses.Lines(Houses.Noise(100_000), Cancel)).ShouldBeTrue();
    }

    [Fact]
    public async Task Schema_and_rows_are_facts_and_the_first_rows_a_preview()
    {
        var saved = await _repository.SaveAsync(Houses.Data(50), cancellationToken: Cancel);
        saved.Manifest.Facts.ShouldBe(new Dictionary<string, string>
        {
            ["rows"] = "50",
            ["schema"] = """[{"name":"Size","type":"Single"},{"name":"Rooms","type":"Single"},{"name":"Place","type":"String"},{"name":"Price","type":"Single"}]""",
        }, ignoreOrder: true);
        var preview = (await _repository.PreviewAsync(saved.Digest, Cancel))!;
        preview.Columns.ShouldBe(["Size", "Rooms", "Place", "Price"]);
        preview.Rows.Count.ShouldBe(20);
        preview.Rows[1].ShouldBe(["57", "2", "ü", "111"]);
        var k = await _repository.SaveAsync(Houses.Keys(), cancellationToken: Cancel);
        (await _repository.PreviewAsync(k.Digest, Cancel))!.Rows[1].ShouldBe(["57", "2", "ü", "111", "2", "[0, 1]"]);
        var n = await _repository.SaveAsync(Houses.Noise(1_000_000), cancellationToken: Cancel);
        (await _repository.PreviewAsync(n.Digest, Cancel))!.Rows[^1].ShouldBe(["D", "Int64"]);
    }

    [Fact]
    public async Task ML_NET_reads_what_is_saved_and_what_it_saves_loads()
    {
        var saved = await _repository.SaveAsync(Houses.Every(1000), cancellationToken: Cancel);
        var folder = Directory.CreateTempSubdirectory("cairn-idv-");
        try
        {
            await _repository.DownloadAsync(saved.Digest, folder.FullName, Cancel);
            var theirs = new MLContext().Data.LoadFromBinary(Path.Join(folder.FullName, "data.idv"));
            using (theirs as IDisposable)
                Houses.Lines(theirs, Cancel).ShouldBe(Houses.Lines(Houses.Every(1000), Cancel));
            using var written = new MemoryStream();
            Houses.Context.Data.SaveAsBinary(Houses.Keys(), written);
            var loaded = (IDataView)await new DataViewMaterializer().LoadAsync(new FileReader(written.ToArray()), typeof(IDataView), Cancel);
            using (loaded as IDisposable)
                Houses.Lines(loaded, Cancel).ShouldBe(Houses.Lines(Houses.Keys(), Cancel));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_column_that_the_format_does_not_hold_is_not_dropped_silently()
    {
        var data = Houses.Context.Data.LoadFromEnumerable([new Plain()]);
        var transformed = Houses.Context.Transforms.CustomMapping<Plain, WithThing>(static (_, to) => to.Thing = new(), null).Fit(data).Transform(data);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(transformed, cancellationToken: Cancel))).Message.ShouldContain("Thing");
    }

    [Fact]
    public async Task Loaded_data_reads_its_own_copy_until_it_is_disposed()
    {
        var saved = await _repository.SaveAsync(Houses.Data(3), cancellationToken: Cancel);
        var data = await _repository.LoadAsync<IDataView>(saved.Digest, Cancel);
        await _repository.DeleteAsync(saved.Digest, Cancel);
        Houses.Lines(data, Cancel).Count().ShouldBe(4);
        Houses.Lines(data, Cancel).Count().ShouldBe(4);
        ((IDisposable)data).Dispose();
        Should.Throw<Exception>(() => Houses.Lines(data, Cancel).Count());
    }

    [Fact]
    public async Task A_file_cut_short_anywhere_is_a_clear_error()
    {
        using var stream = new MemoryStream();
        Houses.Context.Data.SaveAsBinary(Houses.Keys(), stream);
        var whole = stream.ToArray();
        for (var length = 0; length < whole.Length; length += 7)
        {
            var reader = new FileReader(whole[..length]);
            await Should.ThrowAsync<InvalidDataException>(async () => await new DataViewMaterializer().LoadAsync(reader, typeof(IDataView), Cancel));
        }
    }

    private sealed class Plain
    {
        public float X { get; set; }
    }

    private sealed class WithThing
    {
        [ThingType]
        public Thing Thing { get; set; } = new();
    }

    private sealed class Thing;

    private sealed class ThingType() : StructuredDataViewType(typeof(Thing))
    {
        public override bool Equals(DataViewType? other) => other is ThingType;

        public override int GetHashCode() => 1;
    }

    private sealed class ThingTypeAttribute : DataViewTypeAttribute
    {
        public override bool Equals(DataViewTypeAttribute? other) => other is ThingTypeAttribute;

        public override int GetHashCode() => 1;

        public override void Register() => DataViewTypeManager.Register(new ThingType(), typeof(Thing), this);
    }
}
