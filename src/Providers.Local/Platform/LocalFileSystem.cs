using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform;

/// <summary>Accesses the entries below one root of this machine, and nothing else. Thread-safe.</summary>
/// <remarks>
/// Paths are resolved below the root on each call. A relative symbolic link whose target is below the root is followed; an absolute link or a link to a
/// target outside the root is refused with PermissionDenied. Errors are the exceptions of the system, which <see cref="LocalErrors"/> classifies.
/// </remarks>
internal abstract class LocalFileSystem : IDisposable
{
    /// <summary>Gets whether files support attributes: content type and user metadata.</summary>
    public abstract bool HasAttributes { get; }

    /// <summary>Gets whether locks work between processes.</summary>
    public abstract bool HasLocks { get; }

    /// <summary>Gets whether a file must be closed before it is renamed, so that readers of the new name do not conflict with its writer.</summary>
    public abstract bool ClosesBeforeRename { get; }

    /// <summary>Opens a directory.</summary>
    /// <returns>The directory, or null if it, a parent or the root does not exist.</returns>
    /// <exception cref="NotADirectoryException">The path or a parent is not a directory.</exception>
    public abstract LocalDirectory? OpenDirectory(StorePath path);

    /// <summary>Gets the metadata of a path; a final link is followed.</summary>
    /// <returns>The metadata, or null if there is no entry, also if a parent is a file.</returns>
    public LocalFacts? Stat(StorePath path) => Stat(path, withAttributes: false, out _);

    /// <summary>Gets the metadata of a path; a final link is followed. Attributes are null if they are missing or cannot be read.</summary>
    public abstract LocalFacts? Stat(StorePath path, bool withAttributes, out byte[]? attributes);

    /// <summary>Gets the metadata of the target of a symbolic link.</summary>
    /// <returns>The metadata, or null if the target does not exist, is circular, is outside the root, or is not accessible.</returns>
    public abstract LocalFacts? Follow(StorePath link);

    /// <summary>Opens a regular file for reading.</summary>
    /// <returns>The file, or null if the entry does not exist or is not a regular file.</returns>
    public abstract SafeFileHandle? OpenFile(StorePath path);

    /// <summary>Reads the stored attributes of an open file; null if there are none.</summary>
    public abstract byte[]? ReadAttributes(SafeFileHandle file);

    /// <summary>Stores attributes of an open file.</summary>
    public abstract void WriteAttributes(SafeFileHandle file, ReadOnlySpan<byte> attributes);

    /// <summary>Gets the path of the root on this machine.</summary>
    public abstract string Root { get; }

    /// <summary>Creates a directory at a path on this machine, outside the root. An existing directory is not changed.</summary>
    public abstract void MakeDirectoryAt(string path);

    /// <summary>Flushes the entries of a directory at a path on this machine to the device.</summary>
    public abstract void FlushDirectoryAt(string path);

    /// <summary>Creates the root directory and its parents if they are missing, and flushes the directories that contain them.</summary>
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

    /// <summary>Returns the metadata of an open file.</summary>
    public abstract LocalFacts FactsOf(SafeFileHandle file);

    /// <summary>Reads from an open file.</summary>
    /// <returns>The number of bytes read; 0 at the end.</returns>
    public abstract int Read(SafeFileHandle file, Span<byte> buffer, long offset);

    /// <summary>Reads data that is available without waiting for the device.</summary>
    /// <returns>false if the read would have to wait, or if that is unknown.</returns>
    public abstract bool TryReadCached(SafeFileHandle file, Span<byte> buffer, long offset, out int read);

    /// <summary>Writes all bytes to an open file.</summary>
    public abstract void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset);

    /// <summary>Reserves space, and fails early if there is not enough; the length does not change.</summary>
    public abstract void Reserve(SafeFileHandle file, long length);

    /// <summary>Releases space after the end of the file.</summary>
    public abstract void Truncate(SafeFileHandle file, long length);

    /// <summary>
    /// Copies a whole file to an empty one, without transferring its bytes through this process if the system supports that. Holes are preserved if the
    /// system reports them.
    /// </summary>
    public abstract void Copy(SafeFileHandle source, SafeFileHandle target, long length, Action<long>? progress, CancellationToken cancellationToken);

    /// <summary>Gets whether <see cref="Stamp"/> sets exactly the given time.</summary>
    public virtual bool KeepsTimes => false;

    /// <summary>Makes an open file executable for all who can read it. Does nothing if the system has no such attribute.</summary>
    public virtual void MakeExecutable(SafeFileHandle file)
    {
    }

    /// <summary>Sets the modified time of an open file. No two calls of one process set exactly the same time.</summary>
    public abstract void Stamp(SafeFileHandle file, DateTimeOffset modified);

    /// <summary>Makes the device begin writing recent data, so that a later flush is fast. Does nothing if the system does not support it.</summary>
    public virtual void BeginFlush(SafeFileHandle file, long offset, long length)
    {
    }

    /// <summary>Flushes the content and metadata of an open file to the device.</summary>
    public abstract void Flush(SafeFileHandle file);

    /// <summary>Opens the volume of the root if it can be flushed as a whole. Returns null otherwise, and if the root does not exist.</summary>
    public virtual LocalVolume? OpenVolume() => null;

    /// <summary>Returns true if the writer of a staged file has ended; the file is then locked by this handle.</summary>
    public abstract bool TryClaim(SafeFileHandle staged);

    /// <summary>Releases the lock of a staged file.</summary>
    public abstract void Release(SafeFileHandle staged);

    /// <summary>Announces that a file will be read sequentially.</summary>
    public abstract void ExpectSequentialRead(SafeFileHandle file);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Copies data that the system cannot copy natively.</summary>
    /// <returns>false if the source ended early.</returns>
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

/// <summary>The exception that is thrown if an entry is not a directory although one is required.</summary>
internal sealed class NotADirectoryException(StorePath path) : IOException($"'{path}' or one of its parents is not a directory")
{
    /// <summary>Gets the path that is not a directory.</summary>
    public StorePath Path { get; } = path;
}
