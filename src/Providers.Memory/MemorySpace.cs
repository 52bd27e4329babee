namespace Cairn.Providers.Memory;

/// <summary>
/// The state shared by the stores with one name: the entries in order, the uploads in progress, and the number of bytes in use. Thread-safe.
/// </summary>
internal sealed class MemorySpace
{
    private static int _spaces;

    private readonly Lock _lock = new();
    private readonly SortedSet<MemoryEntry> _entries = new(MemoryEntry.ByKey);
    private readonly Dictionary<string, MemoryUpload> _uploads = new(StringComparer.Ordinal);
    private long _bytes;
    private long _version;

    /// <summary>Gets a number that identifies the space in this process.</summary>
    public int Number { get; } = Interlocked.Increment(ref _spaces);

    public MemoryEntry? Find(string key)
    {
        lock (_lock)
            return FindHere(key);
    }

    public List<string> Keys()
    {
        lock (_lock)
            return [.. _entries.Select(e => e.Key)];
    }

    /// <summary>Up to <paramref name="count"/> entries from a key on, in order, while they are <paramref name="within"/>. <paramref name="skip"/> says of an entry that is
    /// taken from which key to go on; null for the next entry.</summary>
    public List<MemoryEntry> Page(string from, int count, Func<MemoryEntry, string?> skip, Func<MemoryEntry, bool> within)
    {
        var page = new List<MemoryEntry>();
        lock (_lock)
        {
            string? next = from;
            while (next is not null)
            {
                var view = _entries.GetViewBetween(new(next), MemoryEntry.End);
                next = null;
                foreach (var entry in view)
                {
                    if (page.Count == count || !within(entry))
                        return page;
                    page.Add(entry);
                    next = skip(entry);
                    if (next is not null)
                        break;
                }
            }
        }
        return page;
    }

    /// <summary>Throws unless the condition of a write currently holds.</summary>
    public void Check(string key, WriteMode mode)
    {
        lock (_lock)
            CheckHere(key, mode);
    }

    /// <summary>Publishes an entry as the version of its key, with a new etag, if the condition holds. Its bytes have already been counted.</summary>
    public MemoryEntry Publish(MemoryEntry entry, WriteMode mode)
    {
        lock (_lock)
        {
            CheckHere(entry.Key, mode);
            return PutHere(entry);
        }
    }

    public void PutMarker(string key)
    {
        lock (_lock)
            _entries.Add(new(key));
    }

    public bool Remove(string key, string? ifMatch)
    {
        lock (_lock)
        {
            if (ifMatch is not null && FindHere(key) is { } there && there.ETag != ifMatch)
                throw MemoryErrors.Changed(ifMatch, there.ETag);
            return RemoveHere(key);
        }
    }

    public MemoryEntry Copy(string source, string? sourceIfMatch, string target, WriteMode mode, DateTimeOffset now, long? bound)
    {
        lock (_lock)
        {
            var entry = SourceHere(source, sourceIfMatch);
            CheckHere(target, mode);
            TakeHere(entry.Content.Length, bound);
            return PutHere(entry with { Key = target, Modified = now });
        }
    }

    public void Move(string source, string? sourceIfMatch, string target, WriteMode mode)
    {
        lock (_lock)
        {
            var entry = SourceHere(source, sourceIfMatch);
            CheckHere(target, mode);
            TakeHere(entry.Content.Length, null);
            RemoveHere(source);
            PutHere(entry with { Key = target });
        }
    }

    public MemoryEntry Touch(string key, DateTimeOffset now)
    {
        lock (_lock)
        {
            var touched = (FindHere(key) ?? throw MemoryErrors.NotFound()) with { Modified = now };
            _entries.Remove(touched);
            _entries.Add(touched);
            return touched;
        }
    }

    /// <summary>Reserves space for bytes that are about to be stored.</summary>
    /// <exception cref="StoreException">The limit <paramref name="bound"/> would be exceeded; nothing was reserved.</exception>
    public void Take(long bytes, long? bound)
    {
        lock (_lock)
            TakeHere(bytes, bound);
    }

    public void Release(long bytes)
    {
        lock (_lock)
            _bytes -= bytes;
    }

    /// <summary>Registers an upload in progress.</summary>
    /// <returns>The name of the upload.</returns>
    public string Begin(MemoryUpload upload)
    {
        lock (_lock)
        {
            var id = $"upload-{++_version}";
            _uploads.Add(id, upload);
            return id;
        }
    }

    public void End(string id)
    {
        lock (_lock)
            _uploads.Remove(id);
    }

    public List<KeyValuePair<string, MemoryUpload>> Uploads()
    {
        lock (_lock)
            return [.. _uploads];
    }

    private MemoryEntry? FindHere(string key) => _entries.TryGetValue(new(key), out var entry) ? entry : null;

    private MemoryEntry SourceHere(string key, string? ifMatch)
    {
        var entry = FindHere(key) ?? throw MemoryErrors.NotFound();
        return ifMatch is null || ifMatch == entry.ETag ? entry : throw MemoryErrors.Changed(ifMatch, entry.ETag);
    }

    private void CheckHere(string key, WriteMode mode)
    {
        if (mode.Kind == WriteModes.Replace)
            return;
        var there = FindHere(key);
        if (mode.Kind == WriteModes.CreateNew && there is not null)
            throw MemoryErrors.AlreadyExists();
        if (mode.Kind == WriteModes.Match && there?.ETag != mode.ETag)
            throw MemoryErrors.Changed(mode.ETag!, there?.ETag);
    }

    private MemoryEntry PutHere(MemoryEntry entry)
    {
        RemoveHere(entry.Key);
        var version = entry with { ETag = $"m{++_version:x}" };
        _entries.Add(version);
        return version;
    }

    private bool RemoveHere(string key)
    {
        if (FindHere(key) is not { } entry)
            return false;
        _bytes -= entry.Content.Length;
        return _entries.Remove(entry);
    }

    private void TakeHere(long bytes, long? bound)
    {
        if (bound is { } most && bytes > most - _bytes)
            throw MemoryErrors.Full(most);
        _bytes += bytes;
    }
}
