using System.Data;
using System.Text;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Cairn.Plugins.Csv.Tests;

public sealed class RecordTests : IAsyncLifetime
{
    private static readonly SaveOptions AsCsv = new() { Materializer = "csv" };
    private ArtifactStore _store = null!;
    private ArtifactRepository _repository = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://csv-{Guid.NewGuid():N}", cancellationToken: Cancel);
        _repository = new(_store, MaterializerRegistry.CreateDefault().Add(new CsvMaterializer()));
    }

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Sequences_stay_json_lines_unless_csv_is_named()
    {
        _repository.Materializers.Resolve(typeof(IEnumerable<Item>)).Id.ShouldBe("jsonl");
        _repository.Materializers.Resolve(typeof(IAsyncEnumerable<Item>)).Id.ShouldBe("jsonl");
        _repository.Materializers.Resolve(typeof(DataTable)).Id.ShouldBe("csv");
        (await _repository.SaveAsync<IEnumerable<Item>>([new(1, "a", null)], cancellationToken: Cancel)).Manifest.MaterializerId.ShouldBe("jsonl");
        (await _repository.SaveAsync<IEnumerable<Item>>([new(1, "a", null)], AsCsv, Cancel)).Manifest.MaterializerId.ShouldBe("csv");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\\N")]
    [InlineData("\\\\N")]
    [InlineData("\\n")]
    [InlineData("\\")]
    [InlineData("N")]
    [InlineData(" a,\"b\"\r\n")]
    public async Task Every_text_and_a_missing_one_come_back(string? text)
    {
        Item[] rows = [new(1, text, null), new(2, "x", 0.1 + 0.2)];
        var saved = await _repository.SaveAsync(rows.ToAsyncEnumerable(), AsCsv, Cancel);
        (await _repository.LoadAsync<List<Item>>(saved.Digest, Cancel)).ShouldBe(rows);
        (await (await _repository.LoadAsync<IAsyncEnumerable<Item>>(saved.Digest, Cancel)).ToListAsync(Cancel)).ShouldBe(rows);
        var table = await _repository.LoadAsync<DataTable>(saved.Digest, Cancel);
        table.Rows[0].ItemArray.ShouldBe([1, text ?? (object)DBNull.Value, DBNull.Value]);
    }

    [Fact]
    public async Task A_table_is_read_as_records_and_only_the_columns_that_they_have()
    {
        var table = new DataTable();
        table.Columns.Add("extra", typeof(string));
        table.Columns.Add("TEXT", typeof(string));
        table.Columns.Add("Id", typeof(int));
        table.Columns.Add("Value", typeof(double));
        table.Rows.Add("?", "", 7, DBNull.Value);
        table.Rows.Add("?", DBNull.Value, 8, 1.5);
        var saved = await _repository.SaveAsync(table, cancellationToken: Cancel);
        (await _repository.LoadAsync<List<Item>>(saved.Digest, Cancel)).ShouldBe([new(7, "", null), new(8, null, 1.5)]);
    }

    [Fact]
    public async Task A_file_of_others_is_read_as_what_the_records_want()
    {
        await using var reader = new OneFile("id,Text,Value\n1,a,\n2,,2.5\n");
        (await new CsvMaterializer().LoadAsync(reader, typeof(List<Item>), Cancel)).ShouldBe(new List<Item> { new(1, "a", null), new(2, "", 2.5) });
    }

    [Theory]
    [InlineData("Id,Text\n1,a\n", "no column 'Value'")]
    [InlineData("Id,Text,Value\nx,a,1\n", "line 2 has 'x' for 'Id', which is not a valid int32")]
    [InlineData("Id,Text,Value\n,a,1\n", "line 2 has no value for 'Id', and Int32 cannot be null")]
    [InlineData("", "it is empty")]
    public async Task What_is_no_record_is_a_clear_error(string content, string mention)
    {
        await using var reader = new OneFile(content);
        (await Should.ThrowAsync<MaterializationException>(async () => await new CsvMaterializer().LoadAsync(reader, typeof(List<Item>), Cancel))).Message.ShouldContain(mention);
    }

    [Fact]
    public async Task What_csv_does_not_hold_is_refused_and_nothing_is_stored()
    {
        var error = await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync<IEnumerable<Odd>>([new([1])], AsCsv, Cancel));
        error.Message.ShouldContain("Odd.Values is of Int32[]");
        (await _repository.Store.ListAsync("blobs", new() { Recursive = true }, Cancel).CountAsync(f => f.IsFile, Cancel)).ShouldBe(0);
    }

    public sealed record Item(int Id, string? Text, double? Value);

    public sealed record Odd(int[] Values);

    private sealed class OneFile(string content) : ArtifactReader
    {
        private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

        public override IReadOnlyList<ArtifactFile> Files => [new("table.csv", "text/csv", _content.Length, new Checksum(Checksum.Sha256, new string('0', 64)))];

        public override string MaterializerId => "csv";

        public override int FormatVersion => 1;

        public override IReadOnlyDictionary<string, string> Facts => new Dictionary<string, string>();

        public override ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default) => ValueTask.FromResult<Stream>(new MemoryStream(_content));

        public override ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default) => OpenAsync(name, cancellationToken);

        public override ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
