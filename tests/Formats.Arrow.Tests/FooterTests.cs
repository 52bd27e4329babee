using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Types;
using Cairn.Artifacts;
using Cairn.Formats.Tests;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests;

namespace Cairn.Formats.Arrow.Tests;

/// <summary>Files that do not begin with their schema, as Arrow's JavaScript library writes them (<c>Data/javascript</c>: version 21.2.0, <c>tableToIPC(table, 'file')</c>).</summary>
public sealed class FooterTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-arrow-").FullName;
    private ArtifactStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Kept => SourceFolder.Find("tests/Formats.Arrow.Tests/Data/javascript")!;

    private ArtifactRepository Repository => new(_store, MaterializerRegistry.CreateDefault().Add(new ArrowMaterializer()));

    public async ValueTask InitializeAsync() => _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://arrow-{Guid.NewGuid():N}", cancellationToken: Cancel);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_schema_comes_from_the_footer_with_its_dictionaries()
    {
        var content = await File.ReadAllBytesAsync(Path.Join(Kept, "table.arrow"), Cancel);
        // Dictionary batch, not schema: the sample is of the kind that it stands for.
        content[0x37].ShouldBe((byte)2);
        var saved = await SaveAsync(content);

        using var loaded = await Repository.LoadAsync<RecordBatch>(saved, Cancel);

        loaded.Schema.FieldsList.Select(f => f.Name).ShouldBe(["n", "x", "text"]);
        ArrowText.Of(loaded.Column(0)).ShouldBe("1|2|3|");
        ((DoubleArray)loaded.Column(1)).Values.ToArray().ShouldBe([0.5, -1, 2]);
        var text = loaded.Column(2).ShouldBeOfType<DictionaryArray>();
        ((DictionaryType)text.Data.DataType).ValueType.ShouldBeOfType<StringType>();
        Enumerable.Range(0, 3).Select(i => ((StringArray)text.Dictionary).GetString(((Int32Array)text.Indices).GetValue(i)!.Value)).ShouldBe(["a", "b", "a"]);

        // A sequence is read after the load has ended, and again.
        var batches = await Repository.LoadAsync<IAsyncEnumerable<RecordBatch>>(saved, Cancel);
        for (var i = 0; i < 2; i++)
            (await batches.Select(b => b.Length).ToListAsync(Cancel)).ShouldBe([3]);
        (await Repository.PreviewAsync(saved, Cancel))!.Columns.ShouldBe(["n", "x", "text"]);
    }

    [Fact]
    public async Task A_file_without_rows_or_without_batches_has_its_columns()
    {
        var saved = await SaveAsync(await File.ReadAllBytesAsync(Path.Join(Kept, "no-rows.arrow"), Cancel));
        using (var empty = await Repository.LoadAsync<RecordBatch>(saved, Cancel))
            (empty.Length, empty.ColumnCount).ShouldBe((0, 3));

        // The mark, the end of the messages, and the footer.
        var content = await File.ReadAllBytesAsync(Path.Join(Kept, "table.arrow"), Cancel);
        saved = await SaveAsync([.. content[..8], 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, .. content[^(FooterLength(content) + 10)..]]);
        (await Repository.LoadAsync<List<RecordBatch>>(saved, Cancel)).ShouldBeEmpty();
        (await Should.ThrowAsync<MaterializationException>(() => Repository.LoadAsync<Table>(saved, Cancel))).Message.ShouldContain("n: int32, x: double, text: dictionary");
    }

    [Fact]
    public async Task Without_a_whole_footer_it_is_refused()
    {
        var content = await File.ReadAllBytesAsync(Path.Join(Kept, "table.arrow"), Cancel);
        var footer = content.Length - 10 - FooterLength(content);
        await RefusedAsync(content[..^1], "it neither begins with a schema nor ends with a footer");
        await RefusedAsync(content[..footer], "it neither begins with a schema nor ends with a footer");
        await RefusedAsync(With(c => BinaryPrimitives.WriteInt32LittleEndian(c.AsSpan(c.Length - 10), int.MaxValue)), "it neither begins with a schema nor ends with a footer");
        await RefusedAsync(With(c => c.AsSpan(footer, FooterLength(c)).Clear()), "");
        // Whatever a byte of the footer becomes, it is refused or read, and nothing else is thrown.
        for (var at = footer; at < content.Length - 10; at++)
        {
            var saved = await SaveAsync(With(c => c[at] ^= 0xFF));
            try
            {
                (await Repository.LoadAsync<RecordBatch>(saved, Cancel)).Dispose();
            }
            catch (MaterializationException)
            {
            }
        }

        byte[] With(Action<byte[]> change)
        {
            var changed = content.ToArray();
            change(changed);
            return changed;
        }
    }

    private static int FooterLength(byte[] content) => BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(content.Length - 10));

    private async Task RefusedAsync(byte[] content, string mention)
    {
        var saved = await SaveAsync(content);
        (await Should.ThrowAsync<MaterializationException>(() => Repository.LoadAsync<RecordBatch>(saved, Cancel))).Message.ShouldContain("is not a complete Arrow file: " + mention);
    }

    /// <summary>Stores bytes as an Arrow file, whether they are one or not.</summary>
    private async Task<BlobDigest> SaveAsync(byte[] content)
    {
        var file = Path.Join(_folder, "table.arrow");
        await File.WriteAllBytesAsync(file, content, Cancel);
        return (await Repository.SaveFileAsync(file, new() { Materializer = "arrow" }, Cancel)).Digest;
    }
}
