namespace Cairn.Providers.Azure;

/// <summary>
/// Puts directories of hierarchical accounts where directories belong. They are listed as blobs, so <c>dir</c> comes before <c>dir-a</c>, which a directory <c>dir/</c> sorts after; and a second time as the prefix of what is
/// below them.
/// </summary>
internal sealed class AzureFolders
{
    private readonly List<StoreEntry> _held = [];

    /// <summary>Takes a page in, and gives what can go out.</summary>
    /// <param name="page">Its entries, in order but for such directories.</param>
    /// <param name="last">The last name that the service listed; null when none.</param>
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

    /// <summary>What is left at the end.</summary>
    public List<StoreEntry> Rest() => [.. _held.OrderBy(static e => e.OrderKey, StringComparer.Ordinal)];
}
