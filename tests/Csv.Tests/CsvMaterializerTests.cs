using System.Data;
using System.Globalization;
using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using FsCheck;
using FsCheck.Fluent;

namespace Cairn.Plugins.Csv.Tests;

public sealed class CsvMaterializerTests : IAsyncLifetime
{
    private static readonly string[] Odd = ["", " ", "a,b", "say \"hi\"", "two\nlines", "cr\rlf\r\n", "NULL", "NULL1", "ä€😀", "\t", "=1+1", "'", "\"", "\0"];
    private ArtifactStore _store = null!;
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://csv-{Guid.NewGuid():N}", cancellationToken: Cancel);
        _repository = new(_store, MaterializerRegistry.CreateDefault().Add(new CsvMaterializer()));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Every_type_comes_back_with_its_values_and_missing_ones()
    {
        var table = new DataTable("types") { Locale = CultureInfo.InvariantCulture };
        object[] values =
        [
            "text", 'x', true, (sbyte)-1, (short)-2, -3, long.MinValue, (byte)1, (ushort)2, 3u, ulong.MaxValue, float.Epsilon, 0.1 + 0.2, 1.10m,
            new DateTime(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc).AddTicks(7), new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.FromHours(-5)), new DateOnly(2026, 2, 3), new TimeOnly(1, 2, 3),
            TimeSpan.FromDays(-1.5), Guid.NewGuid(), new byte[] { 0, 255 },
        ];
        foreach (var value in values)
            table.Columns.Add(value.GetType().Name, value.GetType());
        table.Rows.Add(values);
        table.Rows.Add(new object[values.Length]);
        table.Rows.Add([double.NegativeInfinity.ToString(CultureInfo.InvariantCulture), .. values[1..]]);

        var saved = await _repository.SaveAsync(table, cancellationToken: Cancel);
        var loaded = await _repository.LoadAsync<DataTable>(saved.Digest, Cancel);

        ShouldEqual(loaded, table);
        loaded.TableName.ShouldBe("types");
        saved.Manifest.Facts["rows"].ShouldBe("3");
        saved.Manifest.Facts["columns"].ShouldBe("21");
        saved.Manifest.Facts["null"].ShouldBe("");
    }

    [Fact]
    public void Any_texts_and_numbers_come_back()
    {
        var text = Gen.OneOf(Gen.Elements<string?>(Odd), Gen.Constant<string?>(null), ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => (string?)s.Get.Replace('\uFFFD', '?')));
        var row = text.Zip(ArbMap.Default.GeneratorFor<double?>(), (t, n) => (Text: t, Number: n));
        Prop.ForAll(row.ListOf().ToArbitrary(), async rows =>
        {
            var table = new DataTable { Locale = CultureInfo.InvariantCulture };
            table.Columns.Add("a, \"b\"", typeof(string));
            table.Columns.Add("n", typeof(double));
            foreach (var (t, n) in rows)
                table.Rows.Add(IsText(t) ? t : null, n);
            var saved = await _repository.SaveAsync(table, cancellationToken: Cancel);
            ShouldEqual(await _repository.LoadAsync<DataTable>(saved.Digest, Cancel), table);
        }).QuickCheckThrowOnFailure();

        // A lone half of a surrogate pair is no text that UTF-8 holds.
        static bool IsText(string? text) => text is not null && text.EnumerateRunes().All(r => r != Rune.ReplacementChar);
    }

    [Fact]
    public async Task One_column_of_missing_values_keeps_its_rows()
    {
        var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("only", typeof(string));
        for (var i = 0; i < 3; i++)
            table.Rows.Add(DBNull.Value);
        var saved = await _repository.SaveAsync(table, cancellationToken: Cancel);
        ShouldEqual(await _repository.LoadAsync<DataTable>(saved.Digest, Cancel), table);
    }

    [Fact]
    public async Task Deleted_rows_are_left_out_and_equal_tables_are_stored_once()
    {
        var one = Table(("a", 1), ("b", 2));
        var two = Table(("a", 1), ("gone", 9), ("b", 2));
        two.AcceptChanges();
        two.Rows[1].Delete();
        (await _repository.SaveAsync(two, cancellationToken: Cancel)).Digest.ShouldBe((await _repository.SaveAsync(one, cancellationToken: Cancel)).Digest);
    }

    [Fact]
    public async Task What_csv_does_not_hold_is_refused_and_nothing_is_stored()
    {
        var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("where", typeof(Uri));
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(table, cancellationToken: Cancel))).Message.ShouldContain("'where' is of Uri");
        await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(new DataTable(), cancellationToken: Cancel));
        (await _repository.Store.ListAsync("blobs", new() { Recursive = true }, Cancel).CountAsync(f => f.IsFile, Cancel)).ShouldBe(0);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("a,a\n1,2\n", "two columns 'a'")]
    [InlineData("a,\n1,2\n", "no name")]
    [InlineData("a,b\n1,2\n3\n", "line 3 has 1 fields")]
    [InlineData("a,b\n1,2,3\n", "line 2 has 3 fields")]
    [InlineData("a,b\n1,x\"y\"z\n", "quote")]
    public async Task A_file_that_is_no_table_is_a_clear_error(string content, string mention)
    {
        var reader = new TextReaderOf(content, []);
        var error = await Should.ThrowAsync<InvalidDataException>(async () => await new CsvMaterializer().LoadAsync(reader, typeof(DataTable), Cancel));
        error.Message.ShouldContain(mention);
    }

    [Theory]
    [InlineData("""[{"name":"a","type":"System.Diagnostics.Process"}]""", "does not know")]
    [InlineData("""[{"name":"b","type":"int32"}]""", "header")]
    [InlineData("""[{"name":"a","type":"int32"}]""", "line 2 has 'x' for 'a', which is not a valid int32")]
    [InlineData("""{"name":"a"}""", "not a list")]
    [InlineData("nonsense", "not a list")]
    public async Task A_schema_that_lies_is_a_clear_error(string schema, string mention)
    {
        var reader = new TextReaderOf("a\nx\n", new() { ["schema"] = schema });
        var error = await Should.ThrowAsync<InvalidDataException>(async () => await new CsvMaterializer().LoadAsync(reader, typeof(DataTable), Cancel));
        error.Message.ShouldContain(mention);
    }

    [Fact]
    public async Task A_file_of_others_is_text_and_is_previewed()
    {
        var reader = new TextReaderOf("\uFEFFname,n\r\nx,1\r\n\"y, z\",\r\n", []);
        var table = (DataTable)await new CsvMaterializer().LoadAsync(reader, typeof(DataTable), Cancel);
        table.Rows.Count.ShouldBe(2);
        table.Columns[0].ColumnName.ShouldBe("name");
        table.Rows[1].ItemArray.ShouldBe(new object[] { "y, z", "" });
        var preview = (await new CsvMaterializer().PreviewAsync(reader, Cancel))!;
        preview.Columns.ShouldBe(["name", "n"]);
        preview.Rows[1].ShouldBe(["y, z", ""]);
    }

    private static DataTable Table(params (string Name, int Value)[] rows)
    {
        var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("name", typeof(string));
        table.Columns.Add("value", typeof(int));
        foreach (var (name, value) in rows)
            table.Rows.Add(name, value);
        return table;
    }

    private static void ShouldEqual(DataTable actual, DataTable expected)
    {
        actual.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, c.DataType)).ShouldBe(expected.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, c.DataType)));
        actual.Rows.Count.ShouldBe(expected.Rows.Count);
        for (var i = 0; i < actual.Rows.Count; i++)
            actual.Rows[i].ItemArray.ShouldBe(expected.Rows[i].ItemArray);
    }

    /// <summary>One file as a materializer reads it.</summary>
    private sealed class TextReaderOf(string content, Dictionary<string, string> facts) : ArtifactReader
    {
        private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

        public override IReadOnlyList<ArtifactFile> Files =>
            [new("table.csv", "text/csv", _content.Length, new Checksum(Checksum.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_content))))];

        public override string MaterializerId => "csv";

        public override int FormatVersion => 1;

        public override IReadOnlyDictionary<string, string> Facts => facts;

        public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => ValueTask.FromResult<Stream>(new MemoryStream(_content));

        public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

        public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
