namespace Cairn.Plugins;

/// <summary>
/// A temporary folder of this process that only the current user can read. It is deleted on disposal. Folders of killed processes are deleted by later
/// processes.
/// </summary>
/// <remarks>An open, locked file in the folder shows that its process is running: the system releases the lock when the process ends.</remarks>
internal sealed class ScratchFolder : IDisposable
{
    private const string LockName = ".lock";
    private static readonly TimeSpan Doubtful = TimeSpan.FromHours(1);
    private readonly FileStream _lock;

    private ScratchFolder(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>Creates a folder with a new name, and deletes folders with the same prefix whose process has ended.</summary>
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

    /// <summary>Deletes a folder with its content. A link is deleted without its target.</summary>
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
                // Another process is deleting it, or it belongs to another user. This call does not depend on it.
            }
        }
    }

    /// <summary>A folder without a lock file is either being created or being deleted: its age decides.</summary>
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
