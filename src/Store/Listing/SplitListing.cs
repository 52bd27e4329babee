using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>
/// A listing of a large tree by several parallel requests, returned in order. It begins as one listing; after some pages, the rest is divided at the start
/// of directories, and the ranges between are read ahead.
/// </summary>
/// <remarks>
/// A range costs at most one request more than its share of the single listing, and spans as many directories as make some pages, by what the ranges before it have shown. A flat
/// directory is never cut and costs nothing more. Memory is bounded by the pages of <see cref="ListedRanges.Window"/> ranges.
/// </remarks>
internal sealed class SplitListing(StoreCore store, ListRequest request)
{
    /// <summary>So many pages of one listing show that the tree is large; when there was no place to cut, or what was cut was small, it is looked for again after four times as many.</summary>
    internal const int PagesBeforePlan = 4;

    private const int MostLevels = 6;

    private readonly ListedRanges _ranges = new(store, request);

    public async IAsyncEnumerable<IReadOnlyList<StoreEntry>> PagesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = PagesBeforePlan;
        for (var after = request.StartAfter; ;)
        {
            var largest = 0;
            var cuts = new List<string>();
            var single = new PagePrefetch(store, request with { StartAfter = after }, cancellationToken);
            await using (single.ConfigureAwait(false))
            {
                var (pages, isCut) = (0, false);
                StoreEntry? first = null;
                while (!isCut)
                {
                    if (await single.NextAsync().ConfigureAwait(false) is not { } page)
                        yield break;
                    isCut = cuts.Count > 0 && ListedRanges.Reaches(page, cuts[0]);
                    yield return isCut ? ListedRanges.Until(page, cuts[0]) : page;
                    if (page.Count > 0)
                        first ??= page[0];
                    largest = Math.Max(largest, page.Count);
                    if (++pages < plan || cuts.Count > 0 || page.Count == 0)
                        continue;
                    // The next page is under way meanwhile.
                    cuts = await CutsAsync(first!, page[^1], cancellationToken).ConfigureAwait(false);
                    if (cuts.Count == 0)
                        plan *= 4;
                }
            }
            var count = 0L;
            await foreach (var page in _ranges.PagesAsync(cuts, cancellationToken).ConfigureAwait(false))
            {
                count += page.Count;
                yield return page;
            }
            plan = count < (long)largest * ListedRanges.Window ? plan * 4 : PagesBeforePlan;
            // What follows the last directory that is known is one listing again.
            after = cuts[^1];
        }
    }

    /// <summary>Directories that begin after an entry, in order: those beside it, and beside each directory that it is in. A request for each level, at once.</summary>
    private async Task<List<string>> CutsAsync(StoreEntry first, StoreEntry last, CancellationToken cancellationToken)
    {
        var levels = new List<StorePath>();
        for (var level = last.Path; levels.Count < MostLevels && level != request.Directory;)
            levels.Add(level = level.Parent);
        // All that came lay in one directory: it seems to be flat.
        if (first.Path.Parent == last.Path.Parent)
            levels.RemoveAt(0);
        var found = await Task.WhenAll(levels.Select(l => DirectoriesAsync(l, last.OrderKey, cancellationToken))).ConfigureAwait(false);
        var head = request.Directory.IsRoot ? request.NamePrefix ?? "" : $"{request.Directory.Value}/{request.NamePrefix}";
        return [.. found.SelectMany(static d => d).Where(d => d.StartsWith(head, StringComparison.Ordinal)).Order(Utf8Order.Comparer)];
    }

    /// <summary>Those of the first page: what is beyond is looked for when the listing comes there.</summary>
    private async Task<IEnumerable<string>> DirectoriesAsync(StorePath directory, string after, CancellationToken cancellationToken)
    {
        var level = new PagePrefetch(store, new(directory, Recursive: false) { StartAfter = after }, cancellationToken) { IsSingle = true };
        await using var closing = level.ConfigureAwait(false);
        var page = await level.NextAsync().ConfigureAwait(false);
        return (page ?? []).Where(static e => e.IsDirectory).Select(static e => e.OrderKey);
    }
}
