using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Durable;

/// <summary>The changes and flushes of a disk that the publish of a small file or of a folder is made of. Tests record them.</summary>
public partial class DurableDisk
{
    private const int InvalidArgument = 22;

    /// <summary>This machine's disk.</summary>
    public static DurableDisk Local { get; } = new();

    /// <summary>Makes a folder and its missing parents; each survives a crash.</summary>
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

    /// <summary>Makes a folder in one that exists.</summary>
    public void MakeFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Writes a new file.</summary>
    public void Create(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        RandomAccess.Write(file, content, 0);
    }

    /// <summary>Brings a file's bytes to the device.</summary>
    public virtual void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Gives a file another name in its folder, in place of what has it.</summary>
    public virtual void Replace(string path, string with) => File.Move(with, path, overwrite: true);

    /// <summary>Gives a folder a name that is free, on the same device.</summary>
    public virtual void MoveFolder(string from, string to) => Directory.Move(from, to);

    /// <summary>Brings all files below a folder and their names to the device.</summary>
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

    /// <summary>Brings the names in a folder to the device. Windows does that by itself.</summary>
    public virtual void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var fd = Open(path, 0);
        if (fd < 0)
            throw new IOException($"The folder '{path}' cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        using var folder = new SafeFileHandle(fd, ownsHandle: true);
        // Some network file systems have no flush of folders, and say so with this error.
        if (FSync(folder) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            throw new IOException($"The folder '{path}' cannot be brought to the device: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
