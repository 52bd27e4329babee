using System.Globalization;
using Cairn.Materializers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning;

/// <summary>
/// Saves and loads data of ML.NET (<see cref="IDataView"/>) in its binary format, which preserves types, annotations and vectors. Its columns and number of
/// rows are recorded in the manifest.
/// </summary>
/// <remarks>
/// <para>
/// <para>Rows are streamed: a save reads each row once, and loaded data reads rows on demand from a verified local copy. The copy is deleted when the data,
/// which is <see cref="IDisposable"/>, is disposed or collected. Stored text never selects code. Thread-safe.</para>
/// </para>
/// </remarks>
public sealed class DataViewMaterializer : Materializer
{
    private const string SchemaFact = "schema";
    private const string RowsFact = "rows";
    private const int PreviewRows = 20;
    private const int PreviewColumns = 40;
    private const long PreviewBytes = 8 << 20;
    private const int LongestCell = 60;
    private readonly MLContext _context;

    /// <summary>Initializes a new instance with a new <see cref="MLContext"/>.</summary>
    public DataViewMaterializer()
        : this(new MLContext())
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="context">The context for reading and writing data, which is used concurrently.</param>
    public DataViewMaterializer(MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _context = context;
    }

    /// <inheritdoc/>
    public override string Id => "idv";

    /// <inheritdoc/>
    public override string MediaType => "application/x-mlnet-idv";

    /// <inheritdoc/>
    public override string Description => "data of ML.NET: IDataView, read row by row";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Interface(typeof(IDataView))];

    /// <inheritdoc/>
    public override Type DefaultType => typeof(IDataView);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new Dictionary<string, string>(StringComparer.Ordinal) { [SchemaFact] = ColumnFacts.Write(((IDataView)value).Schema) };
    }

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(writer);
        var data = (IDataView)value;
        // ML.NET seeks in its output, so it writes to a file first.
        var file = TemporaryFile.Create();
        await using var deleting = file.ConfigureAwait(false);
        _context.Data.SaveAsBinary(new CancellableDataView(data, cancellationToken), file);
        file.Flush();
        var layout = DataViewFile.Read(file);
        if (layout.Columns != ColumnFacts.Visible(data.Schema).Count())
            throw new MaterializationException(Id, $"a column is of a type that ML.NET's binary format does not hold; its columns are {string.Join(", ", ColumnFacts.Visible(data.Schema).Select(c => $"{c.Name} ({c.Type})"))}");
        writer.Describe(RowsFact, layout.Rows.ToString(CultureInfo.InvariantCulture));
        var target = writer.Create("data.idv", MediaType);
        await using var ending = target.ConfigureAwait(false);
        await layout.CopyAsync(target, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var file = await TemporaryFile.CopyAsync(reader, reader.Single.Name, cancellationToken).ConfigureAwait(false);
        try
        {
            _ = DataViewFile.Read(file);
            return new StoredDataView(_context.Data.LoadFromBinary(new DataViewSource(file)), file, Id);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.Single.Length <= PreviewBytes)
        {
            using var data = (StoredDataView)await LoadAsync(reader, typeof(IDataView), cancellationToken).ConfigureAwait(false);
            return FirstRows(data);
        }
        return ColumnFacts.Read(reader.Facts, SchemaFact) is { } columns
            ? ArtifactPreview.OfTable(["name", "type"], [.. columns.Take(PreviewColumns).Select(c => (IReadOnlyList<string>)[c.Name, c.Type])])
            : ArtifactPreview.OfText($"data of ML.NET, {reader.Single.Length} bytes");
    }

    private static ArtifactPreview FirstRows(StoredDataView data)
    {
        var head = data.Preview(PreviewRows);
        var columns = ColumnFacts.Visible(data.Schema).Take(PreviewColumns).ToList();
        return ArtifactPreview.OfTable([.. columns.Select(c => c.Name)], [.. head.RowView.Select(r => (IReadOnlyList<string>)[.. columns.Select(c => Shown(r.Values[c.Index].Value))])]);
    }

    private static string Shown(object? value)
    {
        var text = value switch
        {
            null => "",
            VBuffer<float> vector => Vector(vector),
            VBuffer<double> vector => Vector(vector),
            VBuffer<ReadOnlyMemory<char>> vector => Vector(vector),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return text.Length > LongestCell ? text[..LongestCell] + "…" : text;
    }

    private static string Vector<T>(VBuffer<T> vector) => $"[{string.Join(", ", vector.Items(all: true).Take(LongestCell / 2).Select(i => Convert.ToString(i.Value, CultureInfo.InvariantCulture)))}]";
}
