using System.Buffers;
using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using CsvHelper;
using CsvHelper.Configuration;

namespace Cairn.Plugins.Csv;

/// <summary>
/// Saves and loads tables (<see cref="DataTable"/>) and sequences of records as one CSV file with a header. Column types, row count and the text for missing
/// values are recorded in the manifest.
/// </summary>
/// <remarks>
/// It also reads CSV files of other programs that are separated by commas and have a header: their columns are text, or the types that the records require.
/// Sequences are saved with another materializer unless <c>csv</c> is specified. Thread-safe.
/// </remarks>
public sealed class CsvMaterializer : Materializer
{
    private const int BufferSize = 64 << 10;
    private const string Csv = "csv";
    private const int PreviewRows = 20;
    private const int CheckEvery = 1024;
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override string Id => Csv;

    /// <inheritdoc/>
    public override string MediaType => "text/csv";

    /// <inheritdoc/>
    public override string Description => "DataTable and records as CSV with a header";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } =
    [
        ServedType.Exact<DataTable>(), ServedType.OpenGeneric(typeof(IEnumerable<>)).Yielding(), ServedType.OpenGeneric(typeof(List<>))
            .Yielding(), ServedType.Interface(typeof(IAsyncEnumerable<>)).Yielding(),
    ];

    /// <inheritdoc/>
    public override Type? DefaultType => typeof(DataTable);

    /// <summary>A stream as lines of fields.</summary>
    internal static CsvParser Open(Stream stream) => new(new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: true, BufferSize), Reading);

    private static CsvConfiguration Reading => new(CultureInfo.InvariantCulture) { IgnoreBlankLines = false };

    /// <summary>A CR alone ends a line for some readers, this one among them, so it is quoted too.</summary>
    private static CsvConfiguration Writing =>
        new(CultureInfo.InvariantCulture) { NewLine = "\n", ShouldQuote = static a => a.Field is { Length: > 0 } text && (text.AsSpan().ContainsAny(Quoted) || text[0] is ' ' || text[^1] is ' ') };

    /// <inheritdoc/>
    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var text = new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: true, BufferSize);
        using var csv = new CsvParser(text, Reading);
        var header = await ReadHeaderAsync(csv).ConfigureAwait(false);
        var rows = new List<IReadOnlyList<string>>();
        while (rows.Count < PreviewRows && await ReadRowAsync(csv, header.Length).ConfigureAwait(false) is { } row)
            rows.Add(row);
        return ArtifactPreview.OfTable(header, rows);
    }

    /// <inheritdoc/>
    public override bool CanServe(Type type) => CsvRecords.RowOf(type) is not { } row || RecordShape.IsRecord(row);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => value is DataTable table ? Describe(table) : base.ExtractMetadata(value);

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(writer);
        if (value is DataTable table)
        {
            await SaveAsync(table, writer, cancellationToken).ConfigureAwait(false);
            return;
        }
        var records = Checked(() => CsvRecords.Of(CsvRecords.RowOf(type)!));
        var stream = writer.Create("table.csv", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        var text = new StreamWriter(stream, Utf8, BufferSize, leaveOpen: true);
        await using var flushing = text.ConfigureAwait(false);
        var csv = new CsvWriter(text, Writing, leaveOpen: true);
        await using var closing = csv.ConfigureAwait(false);
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["rows"] = (await records.WriteAsync(value, csv, cancellationToken).ConfigureAwait(false)).ToString(CultureInfo.InvariantCulture),
            ["columns"] = records.Schema.Columns.Count.ToString(CultureInfo.InvariantCulture),
        };
        records.Schema.Write(facts);
        foreach (var (key, fact) in facts)
            writer.Describe(key, fact);
        await csv.FlushAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(type);
        if (CsvRecords.RowOf(type) is not { } row)
            return await LoadAsync(reader, cancellationToken).ConfigureAwait(false);
        var records = Checked(() => CsvRecords.Of(row));
        var noted = CsvSchema.Read(reader.Facts);
        var name = reader.Single.Name;
        return CsvRecords.IsLazy(type)
            ? records.ReadLazily(noted, stopping => reader.OpenDetachedAsync(name, stopping))
            : await records.ReadAllAsync(noted, stopping => reader.OpenAsync(name, stopping), cancellationToken).ConfigureAwait(false);
    }

    private static Dictionary<string, string> Describe(DataTable value)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["rows"] = Rows(value).Count().ToString(CultureInfo.InvariantCulture),
            ["columns"] = value.Columns.Count.ToString(CultureInfo.InvariantCulture),
        };
        if (value.TableName.Length > 0)
            facts["name"] = value.TableName;
        SchemaOf(value).Write(facts);
        return facts;
    }

    private async ValueTask SaveAsync(DataTable value, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var schema = SchemaOf(value);
        var stream = writer.Create("table.csv", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        var text = new StreamWriter(stream, Utf8, BufferSize, leaveOpen: true);
        await using var flushing = text.ConfigureAwait(false);
        var csv = new CsvWriter(text, Writing, leaveOpen: true);
        await using var closing = csv.ConfigureAwait(false);
        foreach (var (name, _) in schema.Columns)
            csv.WriteField(name);
        await csv.NextRecordAsync().ConfigureAwait(false);
        var count = 0;
        foreach (var row in Rows(value))
        {
            if (++count % CheckEvery == 0)
                cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < schema.Columns.Count; i++)
                csv.WriteField(row[i] is DBNull ? schema.Null : schema.Columns[i].Type.Format(row[i]));
            await csv.NextRecordAsync().ConfigureAwait(false);
        }
        await csv.FlushAsync().ConfigureAwait(false);
    }

    private static async ValueTask<DataTable> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var noted = CsvSchema.Read(reader.Facts);
        var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var text = new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: true, BufferSize);
        using var csv = new CsvParser(text, Reading);
        var header = await ReadHeaderAsync(csv).ConfigureAwait(false);
        if (noted is not null && !noted.Columns.Select(c => c.Name).SequenceEqual(header, StringComparer.Ordinal))
            throw new InvalidDataException("its header does not name the columns that were saved");
        var schema = noted ?? new([.. header.Select(name => (name, CsvType.Text))], null);
        var table = new DataTable(reader.Facts.GetValueOrDefault("name", "")) { Locale = CultureInfo.InvariantCulture };
        foreach (var (name, type) in schema.Columns)
            table.Columns.Add(Column(name, type));
        table.BeginLoadData();
        var values = new object[header.Length];
        while (await ReadRowAsync(csv, header.Length).ConfigureAwait(false) is { } row)
        {
            if (table.Rows.Count % CheckEvery == 0)
                cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < values.Length; i++)
                values[i] = schema.IsMissing(row[i], schema.Columns[i].Type) ? DBNull.Value : Parse(schema.Unescape(row[i]), schema.Columns[i], csv.RawRow);
            table.Rows.Add(values);
        }
        table.EndLoadData();
        table.AcceptChanges();
        return table;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The types are a closed list of the framework's own values, whose members a column does not look at.")]
    private static DataColumn Column(string name, CsvType type) => new(name, type.Type);

    /// <summary>A value of a column.</summary>
    internal static object Parse(string field, (string Name, CsvType Type) column, int line)
    {
        try
        {
            return column.Type.Parse(field);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"line {line} has '{CsvSchema.Shown(field)}' for '{CsvSchema.Shown(column.Name)}', which is not a valid {column.Type.Name}", e);
        }
    }

    private static IEnumerable<DataRow> Rows(DataTable table) => table.Rows.Cast<DataRow>().Where(r => r.RowState != DataRowState.Deleted);

    private static CsvSchema SchemaOf(DataTable table) => Checked(() => CsvSchema.Of(table));

    private static T Checked<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (NotSupportedException e)
        {
            throw new MaterializationException(Csv, e.Message, e);
        }
    }

    internal static async ValueTask<string[]> ReadHeaderAsync(CsvParser csv)
    {
        var header = await ReadAsync(csv).ConfigureAwait(false) ?? throw new InvalidDataException("it is empty, and a header is needed");
        var twice = header.GroupBy(h => h, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1 || g.Key.Length == 0);
        return twice is null ? header
            : throw new InvalidDataException(twice.Key.Length == 0 ? "a column of its header has no name" : $"its header has two columns '{CsvSchema.Shown(twice.Key)}'");
    }

    internal static async ValueTask<string[]?> ReadRowAsync(CsvParser csv, int columns)
    {
        var row = await ReadAsync(csv).ConfigureAwait(false);
        return row is null || row.Length == columns ? row : throw new InvalidDataException($"line {csv.RawRow} has {row.Length} fields, and the header {columns}");
    }

    private static async ValueTask<string[]?> ReadAsync(CsvParser csv)
    {
        try
        {
            return await csv.ReadAsync().ConfigureAwait(false) ? csv.Record! : null;
        }
        catch (BadDataException e)
        {
            throw new InvalidDataException($"line {csv.RawRow} has a quote at a position that does not allow one", e);
        }
    }
}
