using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>The pages of a listing.</summary>
internal static class Pages
{
    /// <summary>Reads the driver's pages. The next page is requested while the last one is consumed; of a large tree several pages, if the store can start a listing anywhere.</summary>
    public static async IAsyncEnumerable<IReadOnlyList<StoreEntry>> PagesAsync(this StoreCore store, ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        store.Enter(cancellationToken);
        if (request.Unlisted is { } tell)
            request = request with { Unlisted = new UnlistedOnce(tell).Tell };
        if (request is { Recursive: true, Limit: null } && store.Capabilities is { List: true, ListStartAfter: true })
        {
            await foreach (var page in new SplitListing(store, request).PagesAsync(cancellationToken).ConfigureAwait(false))
                yield return page;
            yield break;
        }
        var pages = new PagePrefetch(store, request, cancellationToken);
        await using var disposing = pages.ConfigureAwait(false);
        while (await pages.NextAsync().ConfigureAwait(false) is { } page)
            yield return page;
    }
}
