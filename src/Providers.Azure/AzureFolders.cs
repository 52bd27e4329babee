namespace Cairn.Providers.Azure;

/// <summary>
/// Moves directories of hierarchical accounts to their correct position. They are listed as blobs, so <c>dir</c> precedes <c>dir-a</c>, although a directory
/// <c>dir/</c> is ordered after it, and again as the prefix of their content.
/// </summary>
internal sealed class AzureFolders
{
    private readonly List<StoreEntry> _held = [];

    /// <summary>Adds a page, and returns the entries whose position is final.</summary>
    /// <param name="page">The entries of the page, in order except for such directories.</param>
    /// <param name="last">The last name that the service listed, or null if there is none.</param>
    public List<StoreEntry> Add(List<StoreEntry> page, string? last)
    {
        if (_held.Count == 0 && !page.Exists(e => e.IsDirectory) || last is null)
            return page;
        page.AddRange(_held);
        _held.Clear();
        page.Sort(static (a, b) => string.CompareOrdinal(a.OrderKey, b.OrderKey));
        for (var i = page.Count - 1; i >= 0; i--)
        {
            if (page[i].IsDirectory && string.CompareOrdinal(page[i].OrderKey, last) > 0)
            {
                _held.Add(page[i]);
                page.RemoveAt(i);
            }
            else if (i > 0 && page[i].OrderKey == page[i - 1].OrderKey)
                page.RemoveAt(i);
        }
        return page;
    }

    /// <summary>Returns the remaining entries at the end.</summary>
    public List<StoreEntry> Rest() => [.. _held.OrderBy(static e => e.OrderKey, StringComparer.Ordinal)];
}
