namespace Cairn.Transfers;

/// <summary>A folder of its own below the system's temporary folder, for the user alone; deleted with all that is in it.</summary>
internal sealed partial class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cairn-");

    /// <summary>A full name in the folder: the path's own where the platform can hold it, since libraries go by its extension.</summary>
    public string FileFor(StorePath path) => Path.Join(_folder.FullName, PortableNames.Problem(path.Name) is null ? path.Name : "content");

    public void Dispose() => _folder.Delete(recursive: true);
}
