using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>Flattens pages into entries, without an await for entries that are in memory.</summary>
internal static class Entries
{
    public static async IAsyncEnumerable<StoreEntry> AllAsync(
        StoreCore store, ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in store.PagesAsync(request, cancellationToken).ConfigureAwait(false))
        {
            for (var i = 0; i < page.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return page[i];
            }
        }
    }

    /// <summary>Files, and if asked for the directories that hold nothing: those that no entry below them follows.</summary>
    public static async IAsyncEnumerable<StoreEntry> FilesAsync(
        StoreCore store, ListRequest request, bool emptyDirectories, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreEntry? held = null;
        await foreach (var page in store.PagesAsync(request, cancellationToken).ConfigureAwait(false))
        {
            for (var i = 0; i < page.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var entry = page[i];
                if (held is not null && !entry.Path.IsUnder(held.Path))
                    yield return held;
                held = entry.IsDirectory && emptyDirectories ? entry : null;
                if (entry.IsFile)
                    yield return entry;
            }
        }
        if (held is not null)
            yield return held;
    }
}
