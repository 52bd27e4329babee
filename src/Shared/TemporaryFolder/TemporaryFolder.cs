namespace Cairn.Transfers;

/// <summary>A new folder below the system's temporary folder, accessible only by the current user. Disposal deletes it with its content.</summary>
internal sealed partial class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-");

    /// <summary>
    /// Returns a full path in the folder, with the name of the path if the platform supports it, because libraries depend on its extension.
    /// </summary>
    public string FileFor(StorePath path) => Path.Join(_folder.FullName, PortableNames.Problem(path.Name) is null ? path.Name : "content");

    public void Dispose() => _folder.Delete(recursive: true);
}
