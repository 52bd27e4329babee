using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Durable;

/// <summary>The changes and flushes of a disk that publish a small file or a folder. Tests record them.</summary>
public partial class DurableDisk
{
    private const int InvalidArgument = 22;

    /// <summary>Gets the disk of this machine.</summary>
    public static DurableDisk Local { get; } = new();

    /// <summary>Creates a folder and its missing parents, each durably.</summary>
    public void MakeFolders(string path)
    {
        var missing = new Stack<string>();
        for (var next = path; !Directory.Exists(next) && Path.GetDirectoryName(next) is { } parent; next = parent)
            missing.Push(next);
        foreach (var next in missing)
        {
            MakeFolder(next);
            FlushFolder(Path.GetDirectoryName(next)!);
        }
    }

    /// <summary>Creates a folder in an existing folder.</summary>
    public void MakeFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Writes a new file.</summary>
    public void Create(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        RandomAccess.Write(file, content, 0);
    }

    /// <summary>Flushes the content of a file to the device.</summary>
    public virtual void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Renames a file within its folder, replacing a file with the new name.</summary>
    public virtual void Replace(string path, string with) => File.Move(with, path, overwrite: true);

    /// <summary>Renames a folder to an unused name on the same device.</summary>
    public virtual void MoveFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Flushes all files below a folder and their names to the device.</summary>
    public void FlushTree(string folder)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder))
        {
            if (Directory.Exists(entry))
                FlushTree(entry);
            else
                Flush(entry);
        }
        FlushFolder(folder);
    }

    /// <summary>Flushes the names in a folder to the device. Windows does this automatically.</summary>
    public virtual void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var fd = Open(path, 0);
        if (fd < 0)
            throw new IOException($"The folder '{path}' cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        using var folder = new SafeFileHandle(fd, ownsHandle: true);
        // Some network file systems do not support flushing folders, and report it with this error.
        if (FSync(folder) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            throw new IOException($"The folder '{path}' cannot be brought to the device: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
