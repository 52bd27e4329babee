namespace Cairn.Formats.Onnx;

/// <summary>An ONNX model: its file, and what it says of itself. No session is made and nothing of it is run.</summary>
/// <remarks>Its bytes are in memory (<see cref="Parse"/>) or in a local file (<see cref="OpenFile"/>, and each model that was loaded), which is read when it is needed. Safe to use from many threads.</remarks>
public sealed class OnnxModel : IDisposable
{
    private readonly byte[]? _content;
    private readonly OnnxFolder? _folder;
    private readonly OnnxStructure _structure;

    private OnnxModel(OnnxStructure structure, long length, byte[]? content, string? localFile, OnnxFolder? folder) =>
        (_structure, Length, _content, LocalFile, _folder) = (structure, length, content, localFile, folder);

    /// <summary>What a caller must give; inputs that the model has a value for are not among them.</summary>
    public IReadOnlyList<OnnxValue> Inputs => _structure.Inputs;

    /// <summary>What the model gives.</summary>
    public IReadOnlyList<OnnxValue> Outputs => _structure.Outputs;

    /// <summary>The versions of the sets of operators that it needs, by domain; the domain of ONNX's own operators is empty.</summary>
    public IReadOnlyDictionary<string, long> Opsets => _structure.Opsets;

    /// <summary>The program that made it, with its version; empty where it does not say.</summary>
    public string Producer => _structure.Producer;

    /// <summary>The version of the ONNX format.</summary>
    public long IrVersion => _structure.IrVersion;

    /// <summary>How many numbers the weights of the graph are.</summary>
    public long Parameters => _structure.Parameters;

    /// <summary>The files with weights that belong to the model, relative to its folder; none for a model of one file.</summary>
    public IReadOnlyCollection<StorePath> ExternalFiles => _structure.ExternalFiles;

    /// <summary>The length of the model's file in bytes.</summary>
    public long Length { get; }

    /// <summary>The full name of the local file that holds it; null when it is in memory. That of a loaded model is deleted when the model is disposed.</summary>
    public string? LocalFile { get; }

    /// <summary>Takes the bytes of a model, which are not copied and must stay as they are.</summary>
    /// <param name="content">The bytes.</param>
    /// <returns>The model.</returns>
    /// <exception cref="InvalidDataException">They are not an ONNX model, or it keeps weights in other files: open that with <see cref="OpenFile"/>.</exception>
    public static OnnxModel Parse(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var stream = new MemoryStream(content, writable: false);
        var structure = OnnxStructure.Read(stream, content.Length);
        if (structure.ExternalFiles.FirstOrDefault() is { IsRoot: false } first)
            throw new InvalidDataException($"it keeps weights in '{first}'; open it from its folder, with OnnxModel.OpenFile");
        return new(structure, content.Length, content, null, null);
    }

    /// <summary>Looks at a local file, and at the files with weights beside it. They must stay as they are while the model is used.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model. Disposing it leaves the files alone.</returns>
    /// <exception cref="InvalidDataException">It is not an ONNX model, or a file with weights is missing.</exception>
    public static OnnxModel OpenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(Path.GetFullPath(path), null);
    }

    /// <summary>Looks at the model of a folder that goes with it.</summary>
    internal static OnnxModel Open(OnnxFolder folder) => Open(folder.Model, folder);

    /// <summary>Opens the model's file for reading.</summary>
    /// <returns>A stream that the caller disposes.</returns>
    /// <exception cref="ObjectDisposedException">It was loaded, and has been disposed.</exception>
    public Stream OpenRead() => _content is not null
        ? new MemoryStream(_content, writable: false)
        : new FileStream(LocalFile!, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);

    /// <summary>The bytes of the model's file.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The bytes: those that <see cref="Parse"/> was given, or a new array.</returns>
    public async Task<byte[]> ReadBytesAsync(CancellationToken cancellationToken = default) => _content ?? await File.ReadAllBytesAsync(LocalFile!, cancellationToken).ConfigureAwait(false);

    /// <summary>The full name of a file with weights.</summary>
    internal string LocalFileOf(StorePath external) => Path.Join(Path.GetDirectoryName(LocalFile), external.Value);

    /// <summary>Deletes the local files of a model that was loaded; does nothing for others.</summary>
    public void Dispose() => _folder?.Dispose();

    /// <summary>Inputs and outputs, for people.</summary>
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
