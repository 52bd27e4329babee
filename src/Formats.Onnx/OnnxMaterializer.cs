using Cairn.Materializers;
using Microsoft.ML.OnnxRuntime;

namespace Cairn.Formats.Onnx;

/// <summary>
/// Saves and loads ONNX models with the files that contain their weights; inputs and outputs are recorded in the manifest. They can be loaded as <see
/// cref="OnnxModel"/>, or as <see cref="InferenceSession"/>, which is ready to run.
/// </summary>
/// <remarks>
/// <para>
/// <para>The caller disposes loaded objects: a session holds the memory of the model, and a model holds local files. A session cannot be saved, because the
/// runtime does not return the model.</para>
/// </para>
/// <para>
/// <para>Creating a session parses, checks and optimizes the model with ONNX Runtime, which computes the constant parts of its graph. Operators are those of
/// the runtime and of the libraries that the program registers with its options; the model cannot add any. Thread-safe.</para>
/// </para>
/// </remarks>
public sealed class OnnxMaterializer : Materializer
{
    private readonly Func<SessionOptions> _options;

    /// <summary>Initializes a new instance whose sessions use the default options of ONNX Runtime.</summary>
    public OnnxMaterializer()
        : this(static () => new())
    {
    }

    /// <summary>
    /// Initializes a new instance whose sessions use options of the program: execution providers such as CUDA, numbers of threads, optimization.
    /// </summary>
    /// <param name="options">Creates the options of a session, which are disposed after the session has been created. Called concurrently.</param>
    public OnnxMaterializer(Func<SessionOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <inheritdoc/>
    public override string Id => "onnx";

    /// <inheritdoc/>
    public override string MediaType => "application/x-onnx";

    /// <inheritdoc/>
    public override string Description => "ONNX models (OnnxModel), which load as InferenceSession too";

    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<OnnxModel>(), ServedType.Exact<InferenceSession>()];

    /// <inheritdoc/>
    public override Type DefaultType => typeof(OnnxModel);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => OnnxFacts.Of(ModelOf(value));

    /// <inheritdoc/>
    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var model = ModelOf(value);
        if (model.LocalFile is not { } local)
        {
            var content = await model.ReadBytesAsync(cancellationToken).ConfigureAwait(false);
            await writer.WriteRepeatableAsync(OnnxFolder.ModelName, content.Length, (stream, stopping) => stream.WriteAsync(content, stopping), MediaType, cancellationToken).ConfigureAwait(false);
            return;
        }
        await writer.AddLocalFileAsync(OnnxFolder.ModelName, local, MediaType, cancellationToken).ConfigureAwait(false);
        foreach (var external in model.ExternalFiles)
            await writer.AddLocalFileAsync(external, model.LocalFileOf(external), ArtifactFile.Bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var folder = new OnnxFolder();
        try
        {
            var model = await CopyAsync(reader, folder, cancellationToken).ConfigureAwait(false);
            return type == typeof(InferenceSession) ? Start(model, folder) : model;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (OnnxFacts.Read(reader.Facts) is var (inputs, outputs))
            return OnnxFacts.Preview(inputs, outputs);
        var file = ModelFile(reader);
        var stream = await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var structure = OnnxStructure.Read(stream, file.Length);
        return OnnxFacts.Preview(structure.Inputs, structure.Outputs);
    }

    private async ValueTask<OnnxModel> CopyAsync(ArtifactReader reader, OnnxFolder folder, CancellationToken cancellationToken)
    {
        await folder.AddAsync(reader, ModelFile(reader).Name, OnnxFolder.ModelName, cancellationToken).ConfigureAwait(false);
        var model = OnnxModel.Open(folder);
        foreach (var external in model.ExternalFiles)
        {
            if (!reader.Files.Any(f => f.Name == external))
                throw new MaterializationException(Id, $"it keeps weights in '{external}', which is not among its files; save it from its folder with OnnxModel.OpenFile");
            await folder.AddAsync(reader, external, external, cancellationToken).ConfigureAwait(false);
        }
        return model;
    }

    private InferenceSession Start(OnnxModel model, OnnxFolder folder)
    {
        using var options = _options();
        try
        {
            if (model.ExternalFiles.Count > 0)
                return new FolderSession(folder, options);
            var session = new InferenceSession(folder.Model, options);
            folder.Dispose();
            return session;
        }
        catch (OnnxRuntimeException e)
        {
            throw new MaterializationException(Id, $"ONNX Runtime makes no session of it: {e.Message.TrimEnd('.')}; load it as OnnxModel to look at it", e);
        }
    }

    private ArtifactFile ModelFile(ArtifactReader reader) => reader.Files.Count == 1
        ? reader.Files[0]
        : reader.Files.FirstOrDefault(f => f.Name.Value == OnnxFolder.ModelName)
            ?? throw new MaterializationException(Id, $"it has {reader.Files.Count} files, and none of them is {OnnxFolder.ModelName}");

    private OnnxModel ModelOf(object value) => value as OnnxModel
        ?? throw new MaterializationException(Id, "a session does not return its model; save the OnnxModel of the file from which it was created");
}
