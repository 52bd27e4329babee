using System.Buffers;
using Cairn.Materializers;

namespace Cairn.Formats.Onnx;

/// <summary>A temporary folder with a model and the files of its weights, accessible only to the user. The folder is deleted when the object is disposed or collected.</summary>
internal sealed class OnnxFolder : IDisposable
{
    /// <summary>The file name of the model, in an artifact and in the folder.</summary>
    public const string ModelName = "model.onnx";

    private static readonly SearchValues<char> Special = SearchValues.Create("\\:*?\"<>|");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-onnx-");
    private bool _deleted;

    ~OnnxFolder() => Delete();

    /// <summary>The model's full name.</summary>
    public string Model => Path.Join(_folder.FullName, ModelName);

    /// <summary>The name of a file with weights, as a model states it: below the model's folder on every system.</summary>
    /// <exception cref="InvalidDataException">It is not such a name.</exception>
    public static StorePath NameOf(string? location)
    {
        if (location is not null && StorePath.TryParse(location, out var name) && !name.IsRoot && name.Value == location && location != ModelName
            && !location.AsSpan().ContainsAny(Special) && !location.Any(char.IsControl) && location.Split('/').All(s => s.Length > 0 && s[^1] is not ('.' or ' ')))
            return name;
        throw new InvalidDataException($"it keeps weights in '{ShownText.Of(location ?? "")}', which is not a file below the model's own folder; save the model with its weights inside, or in files beside it");
    }

    /// <summary>Copies a file of an artifact into the folder; its bytes are checked.</summary>
    public async ValueTask AddAsync(ArtifactReader reader, StorePath source, StorePath target, CancellationToken cancellationToken)
    {
        var local = Path.Join(_folder.FullName, target.Value);
        Directory.CreateDirectory(Path.GetDirectoryName(local)!);
        var stream = await reader.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        await using var reading = stream.ConfigureAwait(false);
        var file = new FileStream(local, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var writing = file.ConfigureAwait(false);
        await stream.CopyToAsync(file, 1 << 20, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        Delete();
        GC.SuppressFinalize(this);
    }

    private void Delete()
    {
        if (_deleted)
            return;
        _deleted = true;
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It is gone, which is what was wanted.
        }
    }
}
