namespace Cairn.Providers.Azure;

/// <summary>Converts entries in the order of UTF-16 units or UTF-8 bytes to the order of UTF-8 bytes, holding as few as possible.</summary>
/// <remarks>
/// The two orders differ only where a surrogate (half of a character above U+FFFF) is compared with a unit from U+E000 on: the surrogate is less as a unit
/// and greater as bytes. An entry whose key contains a surrogate is therefore held until all keys with the same preceding text have passed; other entries
/// are held behind it only if they are ordered after it.
/// </remarks>
internal sealed class AzureOrder
{
    private readonly PriorityQueue<StoreEntry, string> _held = new(Utf8Order.Comparer);
    private string? _prefix;

    /// <summary>Adds a page, and returns the entries whose position is final.</summary>
    public List<StoreEntry> Add(List<StoreEntry> page)
    {
        if (_held.Count == 0 && !page.Exists(static e => FirstSurrogate(e.OrderKey) >= 0))
            return page;
        var ready = new List<StoreEntry>(page.Count);
        foreach (var entry in page)
        {
            Release(entry.OrderKey, ready);
            if (_held.Count == 0 && FirstSurrogate(entry.OrderKey) is var at and >= 0)
                _prefix = entry.OrderKey[..at];
            if (_prefix is null)
                ready.Add(entry);
            else
                _held.Enqueue(entry, entry.OrderKey);
        }
        return ready;
    }

    /// <summary>Returns the remaining entries at the end.</summary>
    public List<StoreEntry> Rest()
    {
        var rest = new List<StoreEntry>(_held.Count);
        Drain(rest);
        return rest;
    }

    /// <summary>Releases all entries when a key arrives that does not start like the first held one: no later entry can belong between them.</summary>
    private void Release(string key, List<StoreEntry> ready)
    {
        if (_prefix is null || key.StartsWith(_prefix, StringComparison.Ordinal))
            return;
        Drain(ready);
    }

    private void Drain(List<StoreEntry> into)
    {
        while (_held.TryDequeue(out var entry, out _))
            into.Add(entry);
        _prefix = null;
    }

    private static int FirstSurrogate(string key) => key.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
}
