namespace Cairn.Formats.Onnx;

/// <summary>An ONNX model: its file and its description. No session is created, and the model is not run.</summary>
/// <remarks>
/// The model is in memory (<see cref="Parse"/>) or in a local file (<see cref="OpenFile"/>, and all loaded models), which is read on demand. Thread-safe.
/// </remarks>
public sealed class OnnxModel : IDisposable
{
    private readonly byte[]? _content;
    private readonly OnnxFolder? _folder;
    private readonly OnnxStructure _structure;

    private OnnxModel(OnnxStructure structure, long length, byte[]? content, string? localFile, OnnxFolder? folder) =>
        (_structure, Length, _content, LocalFile, _folder) = (structure, length, content, localFile, folder);

    /// <summary>Gets the inputs that a caller must provide; inputs with a default value in the model are omitted.</summary>
    public IReadOnlyList<OnnxValue> Inputs => _structure.Inputs;

    /// <summary>Gets the outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs => _structure.Outputs;

    /// <summary>Gets the versions of the required operator sets by domain; the domain of ONNX's own operators is empty.</summary>
    public IReadOnlyDictionary<string, long> Opsets => _structure.Opsets;

    /// <summary>Gets the program that created the model, with its version; empty if unknown.</summary>
    public string Producer => _structure.Producer;

    /// <summary>Gets the version of the ONNX format.</summary>
    public long IrVersion => _structure.IrVersion;

    /// <summary>Gets the number of weights in the graph.</summary>
    public long Parameters => _structure.Parameters;

    /// <summary>Gets the files with weights that belong to the model, relative to its folder; empty for a model with a single file.</summary>
    public IReadOnlyCollection<StorePath> ExternalFiles => _structure.ExternalFiles;

    /// <summary>Gets the length of the model file in bytes.</summary>
    public long Length { get; }

    /// <summary>
    /// Gets the full path of the local file, or null if the model is in memory. The file of a loaded model is deleted when the model is disposed.
    /// </summary>
    public string? LocalFile { get; }

    /// <summary>Parses a model from its content, which is not copied and must not change.</summary>
    /// <param name="content">The content.</param>
    /// <returns>The model.</returns>
    /// <exception cref="InvalidDataException">The content is not an ONNX model, or the model has weights in other files; open such a model with <see
    /// cref="OpenFile"/>.</exception>
    public static OnnxModel Parse(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var stream = new MemoryStream(content, writable: false);
        var structure = OnnxStructure.Read(stream, content.Length);
        if (structure.ExternalFiles.FirstOrDefault() is { IsRoot: false } first)
            throw new InvalidDataException($"it keeps weights in '{first}'; open it from its folder, with OnnxModel.OpenFile");
        return new(structure, content.Length, content, null, null);
    }

    /// <summary>Opens a local file and the files with weights next to it. They must not change while the model is used.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model. Disposing it does not delete the files.</returns>
    /// <exception cref="InvalidDataException">The file is not an ONNX model, or a file with weights is missing.</exception>
    public static OnnxModel OpenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(Path.GetFullPath(path), null);
    }

    /// <summary>Looks at the model of a folder that goes with it.</summary>
    internal static OnnxModel Open(OnnxFolder folder) => Open(folder.Model, folder);

    /// <summary>Opens the file of the model for reading.</summary>
    /// <returns>A stream. The caller disposes it.</returns>
    /// <exception cref="ObjectDisposedException">The model was loaded and has been disposed.</exception>
    public Stream OpenRead() => _content is not null
        ? new MemoryStream(_content, writable: false)
        : new FileStream(LocalFile!, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);

    /// <summary>Returns the content of the model file.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The content: the memory that was passed to <see cref="Parse"/>, or a new array.</returns>
    public async Task<byte[]> ReadBytesAsync(CancellationToken cancellationToken = default) => _content ?? await File.ReadAllBytesAsync(LocalFile!, cancellationToken).ConfigureAwait(false);

    /// <summary>Returns the full path of a file with weights.</summary>
    internal string LocalFileOf(StorePath external) => Path.Join(Path.GetDirectoryName(LocalFile), external.Value);

    /// <summary>Deletes the local files of a loaded model; does nothing for other models.</summary>
    public void Dispose() => _folder?.Dispose();

    /// <summary>Returns the inputs and outputs, for display.</summary>
    public override string ToString() => $"({string.Join(", ", Inputs)}) -> ({string.Join(", ", Outputs)})";

    private static OnnxModel Open(string path, OnnxFolder? folder)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var model = new OnnxModel(OnnxStructure.Read(stream, stream.Length), stream.Length, null, path, folder);
        foreach (var external in folder is null ? model.ExternalFiles : [])
        {
            if (!File.Exists(model.LocalFileOf(external)))
                throw new InvalidDataException($"it keeps weights in '{external}', and there is no such file beside '{ShownText.Of(path)}'");
        }
        return model;
    }
}
