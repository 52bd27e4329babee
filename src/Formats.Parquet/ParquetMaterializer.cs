using System.Data;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using Cairn.Formats.Parquet.Arrow;
using Cairn.Formats.Parquet.Reading;
using Cairn.Formats.Parquet.Writing;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using Microsoft.Data.Analysis;

namespace Cairn.Formats.Parquet;

/// <summary>
/// Saves and loads tables as Parquet files: sequences of records, <see cref="DataTable"/>, <see cref="DataFrame"/>, Arrow batches and tables, and <see
/// cref="ParquetFile"/>, which is read on demand.
/// </summary>
/// <remarks>
/// <para>
/// <para>Types that another format also supports (<see cref="IEnumerable{T}"/>, <see cref="IAsyncEnumerable{T}"/>, <see cref="DataTable"/>, <see
/// cref="RecordBatch"/>, <see cref="Table"/>) are saved in that format unless the save specifies <c>parquet</c> (<c>SaveOptions.Materializer</c>).
/// Thread-safe.</para>
/// </para>
/// </remarks>
public sealed class ParquetMaterializer : Materializer
{
    internal const string ParquetId = "parquet";
    private const int PreviewRows = 20;
    private const int MostDescribed = 100;
    private const string File = "table.parquet";
    private const string Digests = "table.parquet.blocks";
    private const string NameFact = "name";
    private const string TypesFact = "types";

    private readonly ParquetMaterializerOptions _options;

    /// <summary>Initializes a new instance with the default options.</summary>
    [RequiresUnreferencedCode("The members of records are found by reflection.")]
    [RequiresDynamicCode("Columns of a type that is known only at run time need code that is generated at run time.")]
    public ParquetMaterializer()
        : this(new())
    {
    }

    /// <summary>Initializes a new instance with options for writing.</summary>
    [RequiresUnreferencedCode("The members of records are found by reflection.")]
    [RequiresDynamicCode("Columns of a type that is known only at run time need code that is generated at run time.")]
    public ParquetMaterializer(ParquetMaterializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RowGroupRows, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RowGroupBytes, 1, nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public override string Id => ParquetId;

    /// <inheritdoc/>
    public override string MediaType => "application/vnd.apache.parquet";

    /// <inheritdoc/>
    public override string Description => "records, DataTable, DataFrame and Arrow batches as Parquet; ParquetFile reads columns";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } =
    [
        ServedType.Exact<ParquetFile>(),
        ServedType.Exact<DataFrame>(),
        ServedType.OpenGeneric(typeof(IEnumerable<>)).Yielding(),
        ServedType.OpenGeneric(typeof(List<>)).Yielding(),
        ServedType.Interface(typeof(IAsyncEnumerable<>)).Yielding(),
        ServedType.Exact<DataTable>().Yielding(),
        ServedType.Exact<RecordBatch>().Yielding(),
        ServedType.Exact<Table>().Yielding(),
    ];

    /// <inheritdoc/>
    public override Type? DefaultType => typeof(ParquetFile);

    /// <inheritdoc/>
    public override bool CanServe(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return RowOf(type) is not { } row || row == typeof(RecordBatch) || RecordShape.IsRecord(row);
    }

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(writer);
        try
        {
            var target = writer.Create(File, MediaType);
            await using var ending = target.ConfigureAwait(false);
            var stream = new BlockHashingStream(target);
            await using var closing = stream.ConfigureAwait(false);
            await WriteAsync(value, type, stream, writer, cancellationToken).ConfigureAwait(false);
            var digests = writer.Create(Digests);
            await using var endingDigests = digests.ConfigureAwait(false);
            await digests.WriteAsync(stream.Finish(), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidDataException)
        {
            throw new MaterializationException(Id, e.Message.TrimEnd('.'), e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(type);
        if (RowOf(type) is { } row && IsLazy(type))
            return LazyRows.Of(row, row == typeof(RecordBatch), stopping => OpenAsync(reader, stopping));
        var file = await OpenAsync(reader, cancellationToken).ConfigureAwait(false);
        if (type == typeof(ParquetFile))
            return file;
        await using var closing = file.ConfigureAwait(false);
        try
        {
            return await ReadAsync(file, reader, type, cancellationToken).ConfigureAwait(false);
        }
        catch (NotSupportedException e)
        {
            throw new MaterializationException(Id, e.Message.TrimEnd('.'), e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var file = await OpenAsync(reader, cancellationToken).ConfigureAwait(false);
        await using var closing = file.ConfigureAwait(false);
        return await TablePreview.OfAsync(file, PreviewRows, cancellationToken).ConfigureAwait(false);
    }

    private static Type? RowOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() is var definition && (definition == typeof(IEnumerable<>) || definition == typeof(List<>) || definition == typeof(IAsyncEnumerable<>))
        ? type.GetGenericArguments()[0]
        : System.Array.Find(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))?.GetGenericArguments()[0];

    private static bool IsLazy(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);

    private async ValueTask WriteAsync(object value, Type type, Stream stream, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case ParquetFile file:
                await file.Content.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
                Describe(writer, file.RowCount, file.Columns.Select(c => (c.Name, c.TypeName)));
                return;
            case DataTable table:
                if (table.TableName.Length > 0)
                    writer.Describe(NameFact, table.TableName);
                DescribeTypes(writer, table);
                var count = await TableColumns.WriteAsync(table, stream, _options, cancellationToken).ConfigureAwait(false);
                Describe(writer, count, table.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, TypeNames.Of(c.DataType))));
                return;
            case DataFrame frame:
                Describe(writer, await TableColumns.WriteAsync(frame, stream, _options, cancellationToken).ConfigureAwait(false), frame.Columns.Select(c => (c.Name, TypeNames.Of(c.DataType))));
                return;
            case RecordBatch or Table or IEnumerable<RecordBatch> or IAsyncEnumerable<RecordBatch>:
                var (schema, rows) = await ArrowBatchSource.WriteAsync(value, stream, _options, cancellationToken).ConfigureAwait(false);
                Describe(writer, rows, schema.FieldsList.Select(f => (f.Name, f.DataType.Name)));
                return;
            default:
                var record = RowOf(type)!;
                var written = await RecordColumns.Of(record, _options).WriteAsync(value, stream, cancellationToken).ConfigureAwait(false);
                Describe(writer, written, RecordShape.Of(record).Members.Select(m => (m.Name, TypeNames.Of(m.PropertyType))));
                return;
        }
    }

    private static async Task<object> ReadAsync(ParquetFile file, ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        if (type == typeof(DataTable))
            return await TableRows.ReadTableAsync(file.Content, reader.Facts.GetValueOrDefault(NameFact, ""), NotedTypes(reader.Facts), cancellationToken).ConfigureAwait(false);
        if (type == typeof(DataFrame))
            return await TableRows.ReadFrameAsync(file.Content, cancellationToken).ConfigureAwait(false);
        if (RowOf(type) is { } row && row != typeof(RecordBatch))
            return await LazyRows.Of(row, false, _ => ValueTask.FromResult(file)).ToListAsync(cancellationToken).ConfigureAwait(false);
        var batches = new List<RecordBatch>();
        await foreach (var batch in file.ReadBatchesAsync(null, cancellationToken).ConfigureAwait(false))
            batches.Add(batch);
        return type == typeof(Table) ? Table.TableFromRecordBatches(batches[0].Schema, batches)
            : type == typeof(RecordBatch) ? ArrowBatchSource.Joined(batches)
            : type == typeof(List<RecordBatch>) || type == typeof(IEnumerable<RecordBatch>) ? batches
            : throw new NotSupportedException($"it is not loaded as {TypeNames.Of(type)}; load it as IAsyncEnumerable of its rows");
    }

    /// <summary>Of an artifact, block by block; of a file that is in none yet, as a local one.</summary>
    private static async ValueTask<ParquetFile> OpenAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var file = reader.Files.Count > 0 ? reader.Files[0] : throw new MaterializationException(ParquetId, "it has no file");
        if (reader.Files.Count == 1)
        {
            var local = new FileStream(await reader.GetLocalFileAsync(file.Name, cancellationToken)
                .ConfigureAwait(false), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 << 10, FileOptions.Asynchronous);
            return new(await ParquetContent.OpenAsync(local, cancellationToken).ConfigureAwait(false));
        }
        if (reader.Files.Count != 2)
            throw new MaterializationException(ParquetId, $"it should have a file and its digests, and has {reader.Files.Count} files");
        var digests = await BlockDigests.ReadAsync(reader, reader.Files[1], file, cancellationToken).ConfigureAwait(false);
        return new(await ParquetContent.OpenAsync(new BlockStream(reader, file, digests), cancellationToken).ConfigureAwait(false));
    }

    private static void Describe(ArtifactWriter writer, long rows, IEnumerable<(string Name, string Type)> columns)
    {
        var all = columns.ToList();
        writer.Describe("rows", rows.ToString(CultureInfo.InvariantCulture));
        writer.Describe("columns", all.Count.ToString(CultureInfo.InvariantCulture));
        var schema = new StringBuilder().AppendJoin(", ", all.Take(MostDescribed).Select(c => $"{c.Name}: {c.Type}"));
        writer.Describe("schema", all.Count > MostDescribed ? schema.Append(CultureInfo.InvariantCulture, $" and {all.Count - MostDescribed} more").ToString() : schema.ToString());
    }

    /// <summary>Notes the types of columns that the file has as another type, by their place.</summary>
    private static void DescribeTypes(ArtifactWriter writer, DataTable table)
    {
        var noted = table.Columns.Cast<DataColumn>()
            .SelectMany(c => TableRows.Noted.Where(t => t.Value == c.DataType).Select(t => $"{c.Ordinal}={t.Key}")).ToList();
        if (noted.Count > 0)
            writer.Describe(TypesFact, string.Join(' ', noted));
    }

    private static Dictionary<int, Type> NotedTypes(IReadOnlyDictionary<string, string> facts)
    {
        var types = new Dictionary<int, Type>();
        foreach (var part in facts.GetValueOrDefault(TypesFact, "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var place, var name] || !int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var column)
                || !TableRows.Noted.TryGetValue(name, out var type))
                throw new MaterializationException(ParquetId, $"its fact '{TypesFact}' has '{ShownText.Of(part)}', which is not the place and type of a column");
            types[column] = type;
        }
        return types;
    }
}
