using Cairn.Durable;
using Microsoft.Extensions.Logging;

namespace Cairn.Layers;

/// <summary>The folder of a read cache: opens, adds and evicts entries. Stores and processes can share it, and its errors never fail a read.</summary>
/// <remarks>
/// An entry is written under a name of its own and renamed when it is whole. The bound holds for one process exactly; each process counts what it adds and looks at the whole folder
/// again after a sixteenth of the bound, so several may together go over it by that much each. Least recently read goes first.
/// </remarks>
internal sealed class CacheFolder
{
    public const string EntrySuffix = ".entry";
    private const string PartialSuffix = ".partial";
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DurableDisk _disk;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _reserved = [];
    private long _held = long.MaxValue;
    private long _addedSinceLook;

    private CacheFolder(string folder, long maxBytes, TimeProvider time, ILogger logger, DurableDisk disk) =>
        (_folder, _maxBytes, _time, _logger, _disk) = (folder, maxBytes, time, logger, disk);

    /// <summary>Creates or opens the folder. Returns null and logs the reason if it cannot be used exclusively by this user.</summary>
    public static CacheFolder? Open(ReadCacheOptions options, TimeProvider time, ILogger logger, DurableDisk? disk = null)
    {
        var folder = Path.Join(Path.GetFullPath(options.Directory), "cairn-read-cache");
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                MakePrivate(folder);
            return new(folder, options.MaxBytes, time, logger, disk ?? DurableDisk.Local);
        }
        catch (Exception e) when (IsDiskTrouble(e))
        {
            logger.Unusable(e, folder);
            return null;
        }
    }

    /// <summary>Opens an entry, or returns null if there is none.</summary>
    public FileStream? TryOpen(CacheKey key)
    {
        var path = Path.Join(_folder, key.FileName);
        try
        {
            var file = new FileStream(path, new FileStreamOptions
            {
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            });
            Touch(path);
            return file;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (IsDiskTrouble(e))
        {
            _logger.Trouble(e, "open");
            return null;
        }
    }

    /// <summary>Begins an entry with this length, or returns null if it is too large or the disk refuses it.</summary>
    public FileStream? TryCreate(CacheKey key, long length)
    {
        if (CacheEntryFormat.SizeOf(length) > _maxBytes / 4)
            return null;
        var name = $"{key.FileName}.{Guid.NewGuid():n}{PartialSuffix}";
        try
        {
            if (!TryReserve(name, CacheEntryFormat.SizeOf(length)))
                return null;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new(Path.Join(_folder, name), options);
        }
        catch (Exception e) when (IsDiskTrouble(e))
        {
            Unreserve(name);
            _logger.Trouble(e, "add");
            return null;
        }
    }

    /// <summary>
    /// Publishes a complete entry and closes its file. It is not flushed: an entry that a crash has damaged does not match its digests, and is read from the
    /// store again.
    /// </summary>
    public void Publish(FileStream partial, CacheKey key)
    {
        try
        {
            partial.Dispose();
            Touch(partial.Name);
            _disk.Replace(Path.Join(_folder, key.FileName), partial.Name);
            Unreserve(Path.GetFileName(partial.Name));
        }
        catch (Exception e) when (IsDiskTrouble(e))
        {
            _logger.Trouble(e, "publish");
            Drop(partial);
        }
    }

    /// <summary>Abandons an entry that was begun, or removes a damaged one.</summary>
    public void Drop(FileStream file)
    {
        try
        {
            file.Dispose();
            File.Delete(file.Name);
        }
        catch (Exception e) when (IsDiskTrouble(e))
        {
            _logger.Trouble(e, "remove");
        }
        Unreserve(Path.GetFileName(file.Name));
    }

    /// <summary>Returns true if an exception is caused by the disk and not by the program.</summary>
    public static bool IsDiskTrouble(Exception e) => e is IOException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException;

    private static void MakePrivate(string folder)
    {
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(folder, Private);
        if (new DirectoryInfo(folder).LinkTarget is not null)
            throw new IOException("The cache's folder is a symbolic link.");
        // Somebody else's folder of this name refuses the change of its mode.
        if (File.GetUnixFileMode(folder) != Private)
            File.SetUnixFileMode(folder, Private);
    }

    /// <summary>The order of eviction; not left to the file system, which is often mounted to keep no access times.</summary>
    private void Touch(string path)
    {
        try
        {
            File.SetLastAccessTimeUtc(path, _time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (IsDiskTrouble(e))
        {
            _logger.Trouble(e, "touch");
        }
    }

    /// <summary>Evicts entries until there is room for a new one; returns false if there is none.</summary>
    private bool TryReserve(string name, long bytes)
    {
        lock (_gate)
        {
            if (_held >= _maxBytes - bytes || _addedSinceLook >= _maxBytes / 16)
            {
                _addedSinceLook = 0;
                // What this process is writing counts with the size that it will have, not with what is there yet.
                var files = Array.FindAll(new DirectoryInfo(_folder).GetFiles(), f => !_reserved.ContainsKey(f.Name));
                _held = _reserved.Values.Sum() + files.Sum(f => f.Length);
                if (_held > _maxBytes - bytes)
                    Evict(files, bytes);
                if (_held > _maxBytes - bytes)
                    return false;
            }
            _reserved[name] = bytes;
            _held += bytes;
            _addedSinceLook += bytes;
            return true;
        }
    }

    private void Unreserve(string name)
    {
        lock (_gate)
            _reserved.Remove(name);
    }

    private void Evict(FileInfo[] files, long bytes)
    {
        // A tenth below the bound, so that the next entries need no look at the folder.
        var target = Math.Max(0, _maxBytes - (_maxBytes / 10) - bytes);
        var leftover = _time.GetUtcNow() - LeftoverAge;
        foreach (var file in files.Where(f => f.Name.EndsWith(PartialSuffix, StringComparison.Ordinal) && f.LastWriteTimeUtc < leftover)
            .Concat(files.Where(f => f.Name.EndsWith(EntrySuffix, StringComparison.Ordinal)).OrderBy(f => f.LastAccessTimeUtc)))
        {
            if (_held <= target)
                return;
            try
            {
                var length = file.Length;
                file.Delete();
                _held -= length;
            }
            catch (Exception e) when (IsDiskTrouble(e))
            {
                _logger.Trouble(e, "evict");
            }
        }
    }
}
