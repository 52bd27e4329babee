using Apache.Arrow;
using Apache.Arrow.Ipc;
using Cairn.Artifacts;
using Cairn.Formats.Arrow.Tests.Kit;
using Cairn.Formats.Tests;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Cairn.Formats.Arrow.Tests;

public sealed class FormatTests : IAsyncLifetime
{
    private ArtifactStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://arrow-{Guid.NewGuid():N}", cancellationToken: Cancel);

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(ArrowLayout.File, ArrowCompression.None)]
    [InlineData(ArrowLayout.File, ArrowCompression.Lz4)]
    [InlineData(ArrowLayout.File, ArrowCompression.Zstd)]
    [InlineData(ArrowLayout.Stream, ArrowCompression.None)]
    [InlineData(ArrowLayout.Stream, ArrowCompression.Lz4)]
    [InlineData(ArrowLayout.Stream, ArrowCompression.Zstd)]
    public async Task Each_format_and_compression_is_read_by_any_instance(ArrowLayout layout, ArrowCompression compression)
    {
        var batch = ArrowHarness.Batch(1000);
        var saved = await Repository(new() { Layout = layout, Compression = compression }).SaveAsync(batch, cancellationToken: Cancel);
        saved.Manifest.Facts["rows"].ShouldBe("1000");
        saved.Manifest.Facts["schema"].ShouldBe("n: int64, text: utf8, at: timestamp, amount: decimal128");
        using var loaded = await Repository(new()).LoadAsync<RecordBatch>(saved.Digest, Cancel);
        for (var i = 0; i < batch.ColumnCount; i++)
            ArrowText.Of(loaded.Column(i)).ShouldBe(ArrowText.Of(batch.Column(i)));
        ((Apache.Arrow.Types.TimestampType)loaded.Schema.FieldsList[2].DataType).Timezone.ShouldBe("Europe/Berlin");
    }

    [Fact]
    public async Task The_library_reads_the_file_and_its_batches_in_any_order()
    {
        var repository = Repository(new());
        var saved = await repository.SaveAsync(ArrowHarness.Stream(ArrowHarness.Batch(3), ArrowHarness.Batch(5)), cancellationToken: Cancel);
        await using var reader = await repository.OpenAsync(saved.Digest, Cancel);
        await using var stream = await reader.OpenAsync("table.arrow", Cancel);
        var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancel);
        content.Position = 0;
        using var file = new ArrowFileReader(content);
        (await file.RecordBatchCountAsync()).ShouldBe(2);
        (await file.ReadRecordBatchAsync(1, Cancel)).Length.ShouldBe(5);
    }

    [Fact]
    public async Task Batches_of_other_columns_and_none_at_all_are_refused()
    {
        var repository = Repository(new());
        var other = new RecordBatch(new Schema([new Field("other", Apache.Arrow.Types.Int32Type.Default, true)], null), [new Int32Array.Builder().Append(1).Build()], 1);
        (await Should.ThrowAsync<MaterializationException>(() => repository.SaveAsync(ArrowHarness.Stream(ArrowHarness.Batch(1), other), cancellationToken: Cancel))).Message.ShouldContain(
            "other columns than the first: other: int32");
        (await Should.ThrowAsync<MaterializationException>(() => repository.SaveAsync(ArrowHarness.Stream(), cancellationToken: Cancel))).Message.ShouldContain("has no schema");
    }

    [Fact]
    public async Task A_preview_shows_the_first_rows()
    {
        var repository = Repository(new());
        var saved = await repository.SaveAsync(ArrowHarness.Batch(30), cancellationToken: Cancel);
        var preview = (await repository.PreviewAsync(saved.Digest, Cancel))!;
        preview.Columns.ShouldBe(["n", "text", "at", "amount"]);
        preview.Rows.Count.ShouldBe(20);
        preview.Rows[1].ShouldBe(["1", "text 1 ä€??", "1970-01-01T00:00:01+00:00", "1.125"]);
    }

    private ArtifactRepository Repository(ArrowMaterializerOptions options) => new(_store, MaterializerRegistry.CreateDefault().Add(new ArrowMaterializer(options)));
}
