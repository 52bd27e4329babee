using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local.Platform.Portable;

/// <summary>
/// The implementation for all systems, using only the base library: each component of a path is checked for links before it is used, and again after a file
/// was opened.
/// </summary>
/// <remarks>
/// Weaker than handles: a link that is created between the check and the use, and removed before the second check, is not detected. Only a process with
/// write access below the root could do that.
/// </remarks>
internal sealed class PortableFileSystem(string root) : LocalFileSystem
{
    private const int MostLinks = 40;

    private long _lastStamp;

    /// <inheritdoc/>
    public override bool HasAttributes => false;

    /// <inheritdoc/>
    public override bool HasLocks => true;

    /// <inheritdoc/>
    public override bool ClosesBeforeRename => true;

    /// <inheritdoc/>
    public override LocalDirectory? OpenDirectory(StorePath path)
    {
        var real = Resolve(path);
        if (Directory.Exists(real))
            return new PortableDirectory(this, path, real);
        for (var above = real; above.Length >= root.Length; above = Path.GetDirectoryName(above)!)
        {
            if (File.Exists(above))
                throw new NotADirectoryException(path);
            if (Path.GetDirectoryName(above) is null)
                break;
        }
        return null;
    }

    /// <inheritdoc/>
    public override LocalFacts? Stat(StorePath path, bool withAttributes, out byte[]? attributes)
    {
        attributes = null;
        return FactsOf(Resolve(path));
    }

    /// <inheritdoc/>
    public override LocalFacts? Follow(StorePath link)
    {
        try
        {
            return Stat(link);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override SafeFileHandle? OpenFile(StorePath path)
    {
        var real = Resolve(path);
        if (FactsOf(real) is not { Kind: LocalKind.File })
            return null;
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(real, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (Resolve(path) == real)
            return file;
        file.Dispose();
        throw LocalErrors.Escape(path);
    }

    /// <inheritdoc/>
    public override byte[]? ReadAttributes(SafeFileHandle file) => null;

    /// <inheritdoc/>
    public override void WriteAttributes(SafeFileHandle file, ReadOnlySpan<byte> attributes) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override string Root => root;

    /// <inheritdoc/>
    public override void MakeDirectoryAt(string path) => Directory.CreateDirectory(path);

    /// <summary>Does nothing: the base library cannot flush a directory.</summary>
    public override void FlushDirectoryAt(string path)
    {
    }

    /// <inheritdoc/>
    public override LocalFacts FactsOf(SafeFileHandle file) => Facts(LocalKind.File, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));

    /// <summary>Returns the metadata of a real path without following a final link, or null if there is no entry.</summary>
    public static LocalFacts? FactsOf(string real)
    {
        var info = new FileInfo(real);
        if (info.LinkTarget is not null)
            return Facts(LocalKind.Link, 0, DateTime.UnixEpoch);
        if (info.Exists)
            return Facts(info.Attributes.HasFlag(FileAttributes.Device) ? LocalKind.Special : LocalKind.File, info.Length, info.LastWriteTimeUtc);
        return Directory.Exists(real) ? Facts(LocalKind.Directory, 0, DateTime.UnixEpoch) : null;
    }

    /// <inheritdoc/>
    public override int Read(SafeFileHandle file, Span<byte> buffer, long offset) => RandomAccess.Read(file, buffer, offset);

    /// <inheritdoc/>
    public override bool TryReadCached(SafeFileHandle file, Span<byte> buffer, long offset, out int read)
    {
        read = 0;
        return false;
    }

    /// <inheritdoc/>
    public override void Write(SafeFileHandle file, ReadOnlySpan<byte> data, long offset) => RandomAccess.Write(file, data, offset);

    /// <inheritdoc/>
    public override void Reserve(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <inheritdoc/>
    public override void Truncate(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <inheritdoc/>
    public override void Copy(SafeFileHandle source, SafeFileHandle target, long length, Action<long>? progress, CancellationToken cancellationToken) =>
        CopyThroughMemory(source, target, 0, length, progress, cancellationToken);

    /// <inheritdoc/>
    public override void Stamp(SafeFileHandle file, DateTimeOffset modified)
    {
        // There is no inode that distinguishes versions, so no two writes of this driver get the same time.
        long last, next;
        do
        {
            last = Volatile.Read(ref _lastStamp);
            next = Math.Max(modified.UtcTicks, last + 1);
        }
        while (Interlocked.CompareExchange(ref _lastStamp, next, last) != last);
        File.SetLastWriteTimeUtc(file, new DateTime(next, DateTimeKind.Utc));
    }

    /// <inheritdoc/>
    public override void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Returns true: a handle can be opened only if no writer holds the file.</summary>
    public override bool TryClaim(SafeFileHandle staged) => true;

    /// <inheritdoc/>
    public override void Release(SafeFileHandle staged)
    {
    }

    /// <inheritdoc/>
    public override void ExpectSequentialRead(SafeFileHandle file)
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>Returns the real path of a path, with all links resolved.</summary>
    /// <exception cref="StoreException">A link is absolute or points outside the root: PermissionDenied.</exception>
    public string Resolve(StorePath path)
    {
        var passed = new List<string>();
        var coming = new Stack<string>(path.Segments.Reverse());
        for (var links = 0; coming.TryPop(out var name);)
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                if (passed.Count == 0)
                    throw LocalErrors.Escape(path);
                passed.RemoveAt(passed.Count - 1);
                continue;
            }
            passed.Add(name);
            if (new FileInfo(RealPath(passed)).LinkTarget is not { } target)
                continue;
            if (Path.IsPathRooted(target))
                throw LocalErrors.Escape(path);
            if (++links > MostLinks)
                throw LocalErrors.LinksInCircle(path);
            passed.RemoveAt(passed.Count - 1);
            foreach (var step in target.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).AsEnumerable().Reverse())
                coming.Push(step);
        }
        return RealPath(passed);
    }

    /// <summary>Returns the metadata of a real path or handle. A <paramref name="kind"/> without content has no time either.</summary>
    private static LocalFacts Facts(LocalKind kind, long length, DateTime modified)
    {
        var seconds = Math.DivRem(modified.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond, out var rest);
        return rest < 0
            ? new(kind, length, seconds - 1, (uint)(rest + TimeSpan.TicksPerSecond) * 100, 0, 0, 1)
            : new(kind, length, seconds, (uint)rest * 100, 0, 0, 1);
    }

    private string RealPath(List<string> names) => names.Count == 0 ? root : Path.Join(root, string.Join(Path.DirectorySeparatorChar, names));
}
