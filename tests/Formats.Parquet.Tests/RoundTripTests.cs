using System.Data;
using Apache.Arrow;
using Cairn.Artifacts;
using Cairn.Formats.Tests;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Microsoft.Data.Analysis;

namespace Cairn.Formats.Parquet.Tests;

public sealed class RoundTripTests : IAsyncLifetime
{
    private ArtifactStore _store = null!;
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly SaveOptions AsParquet = new() { Materializer = "parquet" };

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://parquet-{Guid.NewGuid():N}", cancellationToken: Cancel);
        _repository = new(_store, MaterializerRegistry.CreateDefault().Add(new ParquetMaterializer()));
    }

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public void Sequences_stay_json_lines_unless_parquet_is_named()
    {
        var registry = _repository.Materializers;
        registry.Resolve(typeof(IEnumerable<Place>)).Id.ShouldBe("jsonl");
        registry.Resolve(typeof(IAsyncEnumerable<Place>)).Id.ShouldBe("jsonl");
        registry.Resolve(typeof(DataTable)).Id.ShouldBe("parquet");
        registry.Resolve(typeof(RecordBatch)).Id.ShouldBe("parquet");
        registry.Resolve(typeof(DataFrame)).Id.ShouldBe("parquet");
    }

    [Fact]
    public async Task Every_type_comes_back_from_many_row_groups()
    {
        var repository = new ArtifactRepository(_store, new MaterializerRegistry().Add(new ParquetMaterializer(new() { RowGroupRows = 100 })));
        var rows = Enumerable.Range(0, 1050).Select(Every.At).ToList();
        var saved = await repository.SaveAsync<IEnumerable<Every>>(rows, cancellationToken: Cancel);
        saved.Manifest.Facts["rows"].ShouldBe("1050");
        saved.Manifest.Facts["schema"].ShouldContain("Double: Double, Decimal: Decimal, Text: String");
        (await repository.LoadAsync<List<Every>>(saved.Digest, Cancel)).ShouldBe(rows);
        (await (await repository.LoadAsync<IAsyncEnumerable<Every>>(saved.Digest, Cancel)).ToListAsync(Cancel)).ShouldBe(rows);
        await using var file = await repository.LoadAsync<ParquetFile>(saved.Digest, Cancel);
        file.RowCount.ShouldBe(1050);
        file.RowGroups.Select(g => g.Rows).ShouldBe([.. Enumerable.Repeat(100L, 10), 50L]);
        (await file.ReadColumnAsync<double>("Double", Cancel)).ShouldBe(rows.Select(r => r.Double));
        (await file.ReadColumnAsync<string>("Text", Cancel)).ShouldBe(rows.Select(r => r.Text));
        (await file.ReadColumnAsync<int?>(10, "MaybeInt", Cancel)).ShouldBe(rows.Skip(1000).Select(r => r.MaybeInt));
        (await file.ReadColumnAsync<long>("Int32", Cancel)).ShouldBe(rows.Select(r => (long)r.Int32));
        (await file.ReadColumnAsync<Color>("Color", Cancel)).ShouldBe(rows.Select(r => r.Color));
        (await file.ReadColumnAsync<DateTimeOffset>("Instant", Cancel)).ShouldBe(rows.Select(r => r.Instant));
    }

    [Fact]
    public async Task Lists_and_nested_records_come_back_and_some_columns_of_them_alone()
    {
        var rows = Enumerable.Range(0, 60).Select(Nested.At).ToList();
        var saved = await _repository.SaveAsync<IEnumerable<Nested>>(rows, AsParquet, Cancel);
        (await _repository.LoadAsync<List<Nested>>(saved.Digest, Cancel)).ShouldBe(rows);
        await using var file = await _repository.LoadAsync<ParquetFile>(saved.Digest, Cancel);
        file.Columns.Select(c => c.TypeName).ShouldBe(["int32", "list<double>", "list<string>", "struct<City: string, Height: double>", "list<struct<City: string, Height: double>>",
            "list<list<int32>>"]);
        (await file.ReadColumnAsync<double[]>("Values", Cancel)).Select(v => v is null ? "null" : string.Join(',', v))
            .ShouldBe(rows.Select(r => r.Values is null ? "null" : string.Join(',', r.Values)));
        (await file.ReadRowsAsync<WithPlaces>(Cancel).ToListAsync(Cancel)).Select(r => r.Places?.Count).ShouldBe(rows.Select(r => r.Places?.Count));
    }

    [Fact]
    public async Task The_kind_of_a_point_in_time_is_kept_and_a_mixture_is_refused()
    {
        DateTime utc = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), unspecified = new(2026, 1, 2, 3, 4, 5), local = utc.ToLocalTime();
        foreach (var (time, back) in new[] { (utc, utc), (unspecified, unspecified), (local, utc) })
        {
            var saved = await _repository.SaveAsync<IEnumerable<At>>([new(null), new(time)], AsParquet, Cancel);
            var loaded = (await _repository.LoadAsync<List<At>>(saved.Digest, Cancel))[1].Time;
            loaded.ShouldBe(back);
            loaded!.Value.Kind.ShouldBe(back.Kind);
        }
        var error = await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync<IEnumerable<At>>([new(utc), new(unspecified)], AsParquet, Cancel));
        error.Message.ShouldContain("with a zone and without one");
    }

    [Fact]
    public async Task What_would_be_lost_is_refused_and_nothing_is_stored()
    {
        await RefusedAsync<At>([new(new DateTime(1, 1, 1))], "nanoseconds range from 1677");
        await RefusedAsync<Money>([new(1e-20m)], "18 after it");
        await RefusedAsync<Money>([new(1e21m)], "20 digits before the point");
        await RefusedAsync<Odd>([new(new Uri("http://x"))], "Where is of Uri");
        await RefusedAsync<Odd2>([new([])], "Map is of System.Collections.Generic.Dictionary");
        await RefusedAsync<Loop>([new()], "more than 16 levels");
        await RefusedAsync<Place>([null!], "one of the records is null");
        await RefusedAsync<Computed>([new()], "no public property that can be read and set");
        var table = new DataTable();
        table.Columns.Add("where", typeof(Uri));
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(table, cancellationToken: Cancel))).Message.ShouldContain("'where' is of Uri");

        async Task RefusedAsync<T>(IEnumerable<T> rows, string mention)
        {
            (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(rows, AsParquet, Cancel))).Message.ShouldContain(mention);
        }
    }

    [Fact]
    public async Task Microseconds_hold_all_years()
    {
        var repository = new ArtifactRepository(_store, new MaterializerRegistry().Add(new ParquetMaterializer(new() { TimeUnit = ParquetTimeUnit.Microseconds })));
        At[] rows = [new(DateTime.MinValue), new(new DateTime(9999, 12, 31))];
        var saved = await repository.SaveAsync<IEnumerable<At>>(rows, cancellationToken: Cancel);
        (await repository.LoadAsync<List<At>>(saved.Digest, Cancel)).ShouldBe(rows);
    }

    [Theory]
    [InlineData(ParquetCompression.None)]
    [InlineData(ParquetCompression.Snappy)]
    [InlineData(ParquetCompression.Zstd)]
    [InlineData(ParquetCompression.Gzip)]
    public async Task Each_compression_is_read(ParquetCompression compression)
    {
        var repository = new ArtifactRepository(_store, new MaterializerRegistry().Add(new ParquetMaterializer(new() { Compression = compression })));
        var rows = Enumerable.Range(0, 300).Select(Every.At).ToList();
        var saved = await repository.SaveAsync<IEnumerable<Every>>(rows, cancellationToken: Cancel);
        (await repository.LoadAsync<List<Every>>(saved.Digest, Cancel)).ShouldBe(rows);
    }

    [Fact]
    public async Task Wide_tables_and_huge_texts_come_back()
    {
        var table = new DataTable("wide");
        for (var i = 0; i < 2000; i++)
            table.Columns.Add($"column.{i} \"ä\"", i % 2 == 0 ? typeof(int) : typeof(string));
        table.Rows.Add([.. Enumerable.Range(0, 2000).Select(i => i % 2 == 0 ? (object)i : $"v{i}")]);
        var saved = await _repository.SaveAsync(table, cancellationToken: Cancel);
        (await _repository.LoadAsync<DataTable>(saved.Digest, Cancel)).Rows[0].ItemArray.ShouldBe(table.Rows[0].ItemArray);
        (await _repository.PreviewAsync(saved.Digest, Cancel))!.Columns![^1].ShouldBe("and 1970 more");
        Place[] huge = [new(new string('x', 20_000_000), 1), new("", null)];
        var large = await _repository.SaveAsync<IEnumerable<Place>>(huge, AsParquet, Cancel);
        (await _repository.LoadAsync<List<Place>>(large.Digest, Cancel)).ShouldBe(huge);
    }

    [Fact]
    public async Task Missing_columns_and_values_are_named()
    {
        var saved = await _repository.SaveAsync<IEnumerable<Place>>([new("here", 1), new("there", null)], AsParquet, Cancel);
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<List<Money>>(saved.Digest, Cancel))).Message.ShouldContain("there is no column 'Amount'");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<List<Sure>>(saved.Digest, Cancel))).Message.ShouldContain("column 'Height' has no value in row 1");
        (await Should.ThrowAsync<MaterializationException>(() => _repository.LoadAsync<List<Wrong>>(saved.Digest, Cancel))).Message.ShouldContain("'City' (string) is not read as Int32");
        await using var file = await _repository.LoadAsync<ParquetFile>(saved.Digest, Cancel);
        (await Should.ThrowAsync<MaterializationException>(() => file.ReadColumnAsync<int>("Nothing", Cancel))).Message.ShouldContain("available: City, Height");
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => file.ReadColumnAsync<string>(1, "City", Cancel));
        await Should.ThrowAsync<MaterializationException>(() => file.ReadColumnAsync<double>("Height", Cancel));
    }

    [Fact]
    public async Task A_preview_shows_the_first_rows()
    {
        var saved = await _repository.SaveAsync<IEnumerable<Nested>>(Enumerable.Range(0, 30).Select(Nested.At).ToList(), AsParquet, Cancel);
        var preview = (await _repository.PreviewAsync(saved.Digest, Cancel))!;
        preview.Columns.ShouldBe(["Id", "Values", "Tags", "Home", "Places", "Grid"]);
        preview.Rows.Count.ShouldBe(20);
        preview.Rows[5].ShouldBe(["5", "[]", "[a, , t5]", "{City: city 5, Height: 5}", "", "[[], [5], [5, 2]]"]);
    }

    [Fact]
    public async Task A_table_whose_columns_are_cut_at_different_rows_is_one()
    {
        var (one, two) = (Samples.Batch(3), Samples.Batch(5));
        var saved = await _repository.SaveAsync(Table.TableFromRecordBatches(one.Schema, [one, two]), AsParquet, Cancel);
        var table = await _repository.LoadAsync<Table>(saved.Digest, Cancel);
        table.RowCount.ShouldBe(8);
        ArrowText.Of(table.Column(3).Data.ArrowArray(0)).ShouldBe(ArrowText.Of(one.Column(3)) + ArrowText.Of(two.Column(3)));
    }

    public sealed record WithPlaces(IReadOnlyList<Place>? Places);

    public sealed record At(DateTime? Time);

    public sealed record Money(decimal Amount);

    public sealed record Odd(Uri Where);

    public sealed record Odd2(Dictionary<string, int> Map);

    public sealed class Loop
    {
        public Loop? Next { get; set; }
    }

    public sealed record Sure(string City, double Height);

    public sealed record Wrong(int City);

    public sealed class Computed
    {
        public int Two => 2;
    }
}
