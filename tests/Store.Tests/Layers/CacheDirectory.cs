using Cairn.Listing;

namespace Cairn.Tests.Layers;

public sealed class CacheDirectory : IDisposable
{
    public string Path { get; } = System.IO.Path.Join(System.IO.Path.GetTempPath(), $"cairn-cache-test-{Guid.NewGuid():n}");

    public string Folder => System.IO.Path.Join(Path, "cairn-read-cache");

    public FileInfo[] Entries => Directory.Exists(Folder) ? [.. new DirectoryInfo(Folder).GetFiles("*.entry").OrderBy(f => f.Name)] : [];

    public FileInfo[] Files => Directory.Exists(Folder) ? new DirectoryInfo(Folder).GetFiles() : [];

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
