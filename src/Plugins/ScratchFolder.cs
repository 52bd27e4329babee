namespace Cairn.Plugins;

/// <summary>A folder of this process that only its user can read. It is deleted with the object; what a killed process left behind is deleted by a later one.</summary>
/// <remarks>An open, locked file in the folder says that its process still runs: the system releases the lock with the process.</remarks>
internal sealed class ScratchFolder : IDisposable
{
    private const string LockName = ".lock";
    private static readonly TimeSpan Doubtful = TimeSpan.FromHours(1);
    private readonly FileStream _lock;

    private ScratchFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>Makes a folder with a new name, and deletes those of the same prefix whose process is gone.</summary>
    public static ScratchFolder Create(string parent, string prefix, TimeProvider time)
    {
        Sweep(parent, prefix, time);
        var path = System.IO.Path.Join(parent, prefix + Guid.NewGuid().ToString("N"));
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(path, new(System.IO.Path.Join(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    public void Dispose()
    {
        _lock.Dispose();
        Delete(Path);
    }

    /// <summary>Deletes a folder whole; a link is deleted, not what it leads to.</summary>
    public static void Delete(string folder)
    {
        var directory = new DirectoryInfo(folder);
        if (directory.LinkTarget is not null)
            directory.Delete();
        else if (directory.Exists)
            directory.Delete(recursive: true);
    }

    private static void Sweep(string parent, string prefix, TimeProvider time)
    {
        if (!Directory.Exists(parent))
            return;
        foreach (var folder in Directory.EnumerateDirectories(parent, prefix + "*").Where(f => IsLeft(f, time)))
        {
            try
            {
                Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process deletes it at this moment, or it belongs to another user. This call does not depend on it.
            }
        }
    }

    /// <summary>Without a lock file the folder may be one that is being made at this moment, or one that was left as it was being deleted: its age decides.</summary>
    private static bool IsLeft(string folder, TimeProvider time)
    {
        try
        {
            using var held = new FileStream(System.IO.Path.Join(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return time.GetUtcNow() - Directory.GetLastWriteTimeUtc(folder) > Doubtful;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
