namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>A folder in memory, where the system has such a place, for one state of a disk.</summary>
internal sealed class ShortFolder : IDisposable
{
    public ShortFolder()
    {
        Path = System.IO.Path.Join(Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath(), $"cairn-crash-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
