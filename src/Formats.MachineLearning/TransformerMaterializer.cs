using System.Reflection;
using Cairn.Materializers;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Text;

namespace Cairn.Formats.MachineLearning;

/// <summary>
/// Saves and loads trained models of ML.NET (<see cref="ITransformer"/>) as the zip archive that ML.NET reads, with their columns in the manifest.
/// </summary>
/// <remarks>
/// <para>
/// <para>A model saved as <see cref="ModelWithSchema"/> includes the columns that it was trained on; a model saved as <see cref="ITransformer"/> does not.
/// Both can be loaded as either type.</para>
/// </para>
/// <para>
/// <para>Loading runs code of ML.NET and of assemblies that the program has specified, and refuses a model that requires another assembly.
/// Thread-safe.</para>
/// </para>
/// </remarks>
public sealed class TransformerMaterializer : Materializer
{
    private const string Inputs = "inputs";
    private const string Outputs = "outputs";
    private const int PreviewColumns = 100;
    private static readonly Assembly[] OfMLNet =
    [
        typeof(IHostEnvironment).Assembly, typeof(MLContext).Assembly, typeof(StandardTrainersCatalog).Assembly, typeof(KMeansTrainer).Assembly, typeof(RandomizedPcaTrainer).Assembly,
        typeof(TextFeaturizingEstimator).Assembly,
    ];

    private readonly MLContext _context;
    private readonly HashSet<string> _allowed;

    /// <summary>Initializes a new instance with a new <see cref="MLContext"/>, which loads only components of the package Microsoft.ML.</summary>
    public TransformerMaterializer()
        : this(new MLContext())
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="context">The context for loading and saving models, which is used concurrently.</param>
    /// <param name="trusted">Additional assemblies whose code a stored model may require, such as those of FastTree or LightGBM, or an assembly with custom
    /// mappings.</param>
    public TransformerMaterializer(MLContext context, params IReadOnlyList<Assembly> trusted)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(trusted);
        _context = context;
        _allowed = [.. OfMLNet.Concat(trusted).Select(a => a.GetName().Name!)];
        foreach (var assembly in trusted)
            context.ComponentCatalog.RegisterAssembly(assembly);
    }

    /// <inheritdoc/>
    public override string Id => "mlnet";

    /// <inheritdoc/>
    public override string MediaType => "application/zip";

    /// <inheritdoc/>
    public override string Description => "models of ML.NET: ITransformer, or ModelWithSchema with the columns that it takes";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<ModelWithSchema>(), ServedType.Interface(typeof(ITransformer))];

    /// <inheritdoc/>
    public override Type DefaultType => typeof(ModelWithSchema);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (value is not ModelWithSchema { InputSchema: { } schema } model)
            return facts;
        facts[Inputs] = ColumnFacts.Write(schema);
        facts[Outputs] = ColumnFacts.Write(model.Model.GetOutputSchema(schema));
        return facts;
    }

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var (model, schema) = value as ModelWithSchema ?? new((ITransformer)value, null);
        var file = TemporaryFile.Create();
        await using var deleting = file.ConfigureAwait(false);
        _context.Model.Save(model, schema, file);
        // A model that could not be loaded again is not saved.
        Check(file);
        var target = writer.Create("model.zip", MediaType);
        await using var ending = target.ConfigureAwait(false);
        await ModelArchive.CopyAsync(file, target, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(type);
        var file = await TemporaryFile.CopyAsync(reader, reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var deleting = file.ConfigureAwait(false);
        Check(file);
        cancellationToken.ThrowIfCancellationRequested();
        var model = Load(file, out var schema);
        return type == typeof(ModelWithSchema) ? new ModelWithSchema(model, schema) : model;
    }

    /// <inheritdoc/>
    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (ColumnFacts.Read(reader.Facts, Inputs) is not { } inputs || ColumnFacts.Read(reader.Facts, Outputs) is not { } outputs)
            return new(ArtifactPreview.OfText($"a model of ML.NET without the columns that it takes, {reader.Single.Length} bytes"));
        var rows = inputs.Select(c => Row("input", c)).Concat(outputs.Select(c => Row("output", c))).Take(PreviewColumns + 1).ToList();
        if (rows.Count > PreviewColumns)
            rows[^1] = ["…", $"{inputs.Count} inputs and {outputs.Count} outputs in all", ""];
        return new(ArtifactPreview.OfTable(["", "name", "type"], rows));

        static IReadOnlyList<string> Row(string kind, (string Name, string Type) column) => [kind, column.Name, column.Type];
    }

    private ITransformer Load(FileStream file, out DataViewSchema? schema)
    {
        try
        {
            return _context.Model.Load(file, out schema);
        }
        catch (Exception e) when (e is not MaterializationException)
        {
            throw new MaterializationException(Id, $"ML.NET does not load it: {(e as TargetInvocationException)?.InnerException?.Message ?? e.Message}".TrimEnd('.'), e);
        }
    }

    private void Check(FileStream file)
    {
        try
        {
            ModelArchive.Check(file, _allowed);
        }
        catch (InvalidDataException e)
        {
            throw new MaterializationException(Id, e.Message.TrimEnd('.'), e);
        }
    }
}
