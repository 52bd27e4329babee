using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Cairn.Formats.Parquet.Arrow;
using Cairn.Materializers;
using Cairn.Materializers.Records;

namespace Cairn.Formats.Arrow;

/// <summary>
/// Saves and loads Arrow batches (<see cref="RecordBatch"/>), tables (<see cref="Table"/>) and sequences of batches in Arrow's IPC formats. Sequences are
/// streamed in both directions.
/// </summary>
/// <remarks>It reads the file and the stream format, with or without compression. Loaded batches hold unmanaged memory: dispose them. Thread-safe.</remarks>
public sealed class ArrowMaterializer : Materializer
{
    internal const string ArrowId = "arrow";
    private const int PreviewRows = 20;
    private const int MostDescribed = 100;
    private readonly ArrowMaterializerOptions _options;

    /// <summary>Initializes a new instance with the default options.</summary>
    public ArrowMaterializer()
        : this(new())
    {
    }

    /// <summary>Initializes a new instance with options for writing.</summary>
    public ArrowMaterializer(ArrowMaterializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public override string Id => ArrowId;

    /// <inheritdoc/>
    public override string MediaType => _options.Layout == ArrowLayout.File ? "application/vnd.apache.arrow.file" : "application/vnd.apache.arrow.stream";

    /// <inheritdoc/>
    public override string Description => "RecordBatch, Table and IAsyncEnumerable<RecordBatch> as Arrow IPC";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } =
    [
        ServedType.Exact<RecordBatch>(), ServedType.Exact<Table>(), ServedType.Exact<IEnumerable<RecordBatch>>(), ServedType.Exact<List<RecordBatch>>(),
            ServedType.Interface(typeof(IAsyncEnumerable<RecordBatch>)),
    ];

    /// <inheritdoc/>
    public override Type? DefaultType => typeof(IAsyncEnumerable<RecordBatch>);

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(writer);
        var target = writer.Create(_options.Layout == ArrowLayout.File ? "table.arrow" : "table.arrows", MediaType);
        await using var ending = target.ConfigureAwait(false);
        var schema = value switch { RecordBatch one => one.Schema, Table table => table.Schema, _ => null };
        ArrowStreamWriter? file = null;
        try
        {
            var rows = 0L;
            await foreach (var batch in BatchesOf(value).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                schema ??= batch.Schema;
                if (!Alike(batch.Schema, schema))
                    throw new MaterializationException(Id, $"a batch has other columns than the first: {Text(batch.Schema)}");
                file ??= await BeginAsync(target, schema, cancellationToken).ConfigureAwait(false);
                await file.WriteRecordBatchAsync(batch, cancellationToken).ConfigureAwait(false);
                rows += batch.Length;
            }
            if (schema is null)
                throw new MaterializationException(Id, "a sequence without a batch has no schema, and an Arrow file needs one; pass one batch without rows");
            file ??= await BeginAsync(target, schema, cancellationToken).ConfigureAwait(false);
            await file.WriteEndAsync(cancellationToken).ConfigureAwait(false);
            writer.Describe("rows", rows.ToString(CultureInfo.InvariantCulture));
            writer.Describe("columns", schema.FieldsList.Count.ToString(CultureInfo.InvariantCulture));
            writer.Describe("schema", Text(schema));
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(type);
        if (type == typeof(IAsyncEnumerable<RecordBatch>))
            return new ArrowBatches(reader, isDetached: true);
        var (schema, batches) = await new ArrowBatches(reader, isDetached: false).ReadAllAsync(cancellationToken).ConfigureAwait(false);
        return type == typeof(RecordBatch) ? Joined(schema, batches)
            : type == typeof(Table) ? Table.TableFromRecordBatches(schema, batches.Count > 0 ? [.. batches] : [Nothing(schema)])
            : batches;
    }

    /// <inheritdoc/>
    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        IReadOnlyList<string>? columns = null;
        var rows = new List<IReadOnlyList<string>>();
        await foreach (var batch in new ArrowBatches(reader, isDetached: false).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            using var closing = batch;
            columns ??= [.. batch.Schema.FieldsList.Select(f => ShownText.Of(f.Name))];
            for (var i = 0; i < batch.Length && rows.Count < PreviewRows; i++)
                rows.Add([.. batch.Arrays.Select(a => Cell(a, i))]);
            if (rows.Count == PreviewRows)
                break;
        }
        return columns is null ? ArtifactPreview.OfText("no batches") : ArtifactPreview.OfTable(columns, rows);
    }

    private static string Cell(IArrowArray array, int i)
    {
        try
        {
            return TableCell.Of(ArrowValues.At(array, i));
        }
        catch (Exception e) when (e is NotSupportedException or InvalidDataException or OverflowException or ArgumentOutOfRangeException)
        {
            // A value that .NET has no type for is there all the same.
            return "?";
        }
    }

    private static IAsyncEnumerable<RecordBatch> BatchesOf(object value) => value switch
    {
        RecordBatch batch => new[] { batch }.ToAsyncEnumerable(),
        Table table => ArrowTables.BatchesOf(table).ToAsyncEnumerable(),
        IEnumerable<RecordBatch> batches => batches.ToAsyncEnumerable(),
        _ => (IAsyncEnumerable<RecordBatch>)value,
    };

    private static RecordBatch Joined(Schema schema, IReadOnlyList<RecordBatch> batches)
    {
        if (batches.Count < 2)
            return batches.Count == 1 ? batches[0] : Nothing(schema);
        var joined = new RecordBatch(schema, schema.FieldsList.Select((_, i) => ArrowArrayConcatenator.Concatenate([.. batches.Select(b => b.Column(i))])), batches.Sum(b => b.Length));
        foreach (var batch in batches)
            batch.Dispose();
        return joined;
    }

    private static RecordBatch Nothing(Schema schema) =>
        throw new MaterializationException(ArrowId, $"it has no batch, and so it cannot be loaded as a single one or as a table; load it as a sequence. Its columns are {Text(schema)}");

    private static bool Alike(Schema one, Schema two) => ReferenceEquals(one, two) || (one.FieldsList.Count == two.FieldsList.Count
        && one.FieldsList.Zip(two.FieldsList).All(p => p.First.Name == p.Second.Name && p.First.DataType.TypeId == p.Second.DataType.TypeId));

    private static string Text(Schema schema) =>
        string.Join(", ", schema.FieldsList.Take(MostDescribed).Select(f => $"{f.Name}: {f.DataType.Name}"))
            + (schema.FieldsList.Count > MostDescribed ? $" and {schema.FieldsList.Count - MostDescribed} more" : "");

    private async ValueTask<ArrowStreamWriter> BeginAsync(Stream target, Schema schema, CancellationToken cancellationToken)
    {
        var options = new IpcOptions
        {
            CompressionCodec = _options.Compression switch
            {
                ArrowCompression.None => null,
                ArrowCompression.Lz4 => CompressionCodecType.Lz4Frame,
                ArrowCompression.Zstd => CompressionCodecType.Zstd,
                _ => throw new MaterializationException(Id, $"there is no compression {(int)_options.Compression}"),
            },
            CompressionCodecFactory = new CompressionCodecFactory(),
        };
        var writer = _options.Layout == ArrowLayout.File ? new ArrowFileWriter(new CountingStream(target), schema, leaveOpen: true, options)
            : new ArrowStreamWriter(target, schema, leaveOpen: true, options);
        await writer.WriteStartAsync(cancellationToken).ConfigureAwait(false);
        return writer;
    }
}
