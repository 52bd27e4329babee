using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform;

/// <summary>One root on this machine: reaches what lies below it and nothing else. Safe to use from many threads.</summary>
/// <remarks>
/// Paths are resolved below the root on each call. A relative symbolic link that stays below the root is passed through; one that is absolute or climbs out is
/// refused with PermissionDenied. Failures are the system's own exceptions; <see cref="LocalErrors"/> says what they mean.
/// </remarks>
internal abstract class LocalFileSystem : IDisposable
{
    /// <summary>Whether files keep attributes: content type, user metadata.</summary>
    public abstract bool HasAttributes { get; }

    /// <summary>Whether locks hold between processes.</summary>
    public abstract bool HasLocks { get; }

    /// <summary>Whether a file must be closed before it is renamed, so that readers of the new name do not meet its writer.</summary>
    public abstract bool ClosesBeforeRename { get; }

    /// <summary>Opens a directory.</summary>
    /// <returns>The directory; null when it, a parent or the root is missing.</returns>
    /// <exception cref="NotADirectoryException">Something else stands at the path or at a parent.</exception>
    public abstract LocalDirectory? OpenDirectory(StorePath path);

    /// <summary>Looks at a path; a final link is followed.</summary>
    /// <returns>What stands there; null when nothing does, also when a file stands at a parent.</returns>
    public LocalFacts? Stat(StorePath path) => Stat(path, withAttributes: false, out _);

    /// <summary>Looks at a path; a final link is followed. Attributes that may not be read are null, as are those of a file that has none.</summary>
    public abstract LocalFacts? Stat(StorePath path, bool withAttributes, out byte[]? attributes);

    /// <summary>Looks at where a symbolic link leads.</summary>
    /// <returns>Null when it leads nowhere, in circles, out of the root, or where this process may not look.</returns>
    public abstract LocalFacts? Follow(StorePath link);

    /// <summary>Opens a regular file for reading.</summary>
    /// <returns>The file; null when nothing or something else stands there.</returns>
    public abstract SafeFileHandle? OpenFile(StorePath path);

    /// <summary>The stored attributes of an open file; null when it has none.</summary>
    public abstract byte[]? ReadAttributes(SafeFileHandle file);

    /// <summary>Stores attributes with an open file.</summary>
    public abstract void WriteAttributes(SafeFileHandle file, ReadOnlySpan<byte> attributes);

    /// <summary>The root's path on this machine.</summary>
    public abstract string Root { get; }

    /// <summary>Creates a directory at a path on this machine, outside of what lies below the root; one that exists stays as it is.</summary>
    public abstract void MakeDirectoryAt(string path);

    /// <summary>Brings the entries of a directory at a path on this machine to the device.</summary>
    public abstract void FlushDirectoryAt(string path);

    /// <summary>Creates the root directory and its parents where they are missing, and flushes the directories that hold them.</summary>
    public void CreateRoot(bool flush)
    {
        var missing = new Stack<string>();
        for (var path = Root; !Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent; path = parent)
            missing.Push(path);
        foreach (var path in missing)
        {
            MakeDirectoryAt(path);
            if (flush)
                FlushDirectoryAt(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>The facts of an open file.</summary>
    public abstract LocalFacts FactsOf(SafeFileHandle file);

    /// <summary>Reads from an open file.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    public abstract int Read(SafeFileHandle file, Span<byte> buffer, long offset);

    /// <summary>Reads what can be had without waiting for the device.</summary>
    /// <returns>False when it would have to wait, or nothing is known about that.</returns>
    public abstract bool TryReadCached(SafeFileHandle file, Span<byte> buffer, long offset, out int read);

    /// <summary>Writes all the bytes to an open file.</summary>
    public abstract void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset);

    /// <summary>Asks for room, and fails early when there is none; the length does not change.</summary>
    public abstract void Reserve(SafeFileHandle file, long length);

    /// <summary>Gives room past the length back.</summary>
    public abstract void Truncate(SafeFileHandle file, long length);

    /// <summary>Copies a whole file into an empty one without its bytes passing through this process where the system can; holes stay holes where the system tells of them.</summary>
    public abstract void Copy(SafeFileHandle source, SafeFileHandle target, long length, Action<long>? progress, CancellationToken cancellationToken);

    /// <summary>Whether <see cref="Stamp"/> sets the very time that it is given.</summary>
    public virtual bool KeepsTimes => false;

    /// <summary>Lets those run an open file who may read it; where the system knows no such thing, nothing happens.</summary>
    public virtual void MakeExecutable(SafeFileHandle file)
    {
    }

    /// <summary>Sets the modified time of an open file, in a way that no two calls of one process set exactly the same.</summary>
    public abstract void Stamp(SafeFileHandle file, DateTimeOffset modified);

    /// <summary>Has the device begin with bytes that were just written, so that a flush later has little left to do; where the system offers no such thing, nothing happens.</summary>
    public virtual void BeginFlush(SafeFileHandle file, long offset, long length)
    {
    }

    /// <summary>Brings an open file's bytes and facts to the device.</summary>
    public abstract void Flush(SafeFileHandle file);

    /// <summary>The volume that the root is on, where all of it can be flushed at once; null otherwise, and when the root is missing.</summary>
    public virtual LocalVolume? OpenVolume() => null;

    /// <summary>True when no living writer holds the staged file; it is then locked by this handle.</summary>
    public abstract bool TryClaim(SafeFileHandle staged);

    /// <summary>Gives the lock of a staged file back.</summary>
    public abstract void Release(SafeFileHandle staged);

    /// <summary>Says that a file will be read from front to back.</summary>
    public abstract void ExpectSequentialRead(SafeFileHandle file);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Copies what the system will not copy by itself.</summary>
    /// <returns>False when the source ended before.</returns>
    protected bool CopyThroughMemory(SafeFileHandle source, SafeFileHandle target, long offset, long length, Action<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            while (offset < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - offset)), offset);
                if (read == 0)
                    return false;
                Write(target, buffer.AsSpan(0, read), offset);
                offset += read;
                progress?.Invoke(read);
            }
            return true;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Something that is not a directory stands where one is needed.</summary>
internal sealed class NotADirectoryException(StorePath path) : IOException($"'{path}' or one of its parents is not a directory")
{
    /// <summary>The path that should have been a directory.</summary>
    public StorePath Path { get; } = path;
}
