using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>A driver whose listings are broken in the way that <see cref="Change"/> says.</summary>
internal abstract class BrokenListings(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<StoreEntry>();
        await foreach (var page in Inner.ListAsync(Ask(request), cancellationToken))
            all.AddRange(page);
        foreach (var page in Change(all, request).Chunk(1000))
            yield return page;
    }

    protected virtual ListRequest Ask(ListRequest request) => request;

    protected virtual IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => entries;
}

/// <summary>Orders names as UTF-16.</summary>
internal sealed class OrdersAsUtf16(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => entries.OrderBy(e => e.OrderKey, StringComparer.Ordinal);
}

/// <summary>Orders directories by their names without the slash.</summary>
internal sealed class OrdersDirectoriesByName(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => entries.OrderBy(e => e.Path);
}

/// <summary>Lists directories before files.</summary>
internal sealed class ListsDirectoriesFirst(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => entries.OrderBy(e => e.IsFile);
}

/// <summary>Lists markers as files.</summary>
internal sealed class ListsMarkersAsFiles(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        entries.Select(e => e.IsDirectory && request.Recursive ? new StoreEntry { Path = e.Path } : e);
}

/// <summary>Omits markers from recursive listings.</summary>
internal sealed class OmitsMarkers(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => entries.Where(e => e.IsFile || !request.Recursive);
}

/// <summary>Lists every key that begins with the directory's text.</summary>
internal sealed class TakesPrefixesByText(StoreDriver inner) : BrokenListings(inner)
{
    protected override ListRequest Ask(ListRequest request) =>
        request.Directory.IsRoot || request.NamePrefix is not null
            ? request
            : request with { Directory = request.Directory.Parent, NamePrefix = request.Directory.Name, Recursive = true };

    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request)
    {
        if (request.Directory.IsRoot || request.NamePrefix is not null || request.Recursive)
            return entries.Where(e => e.Path != request.Directory);
        return entries
            .Where(e => e.Path != request.Directory)
            .Select(e => e.Path.Value.IndexOf('/', request.Directory.Value.Length + 1) is var slash and > 0
                ? new StoreEntry { Path = StorePath.Parse(e.Path.Value[..slash]), Kind = EntryKind.Directory }
                : e)
            .DistinctBy(e => e.OrderKey);
    }
}

/// <summary>Loses the last page of long listings.</summary>
internal sealed class DropsTheLastPage(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => entries.Count > 1000 ? entries.Take((entries.Count - 1) / 1000 * 1000) : entries;
}

/// <summary>Begins each page with the last entry of the previous one.</summary>
internal sealed class RepeatsAtPageEnds(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        entries.SelectMany((e, i) => i > 0 && i % 1000 == 0 ? new[] { entries[i - 1], e } : [e]);
}

/// <summary>Begins at the position instead of after it.</summary>
internal sealed class BeginsAtThePosition(StoreDriver inner) : BrokenListings(inner)
{
    protected override ListRequest Ask(ListRequest request) => request with { StartAfter = null };

    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        request.StartAfter is null ? entries : entries.Where(e => Utf8Order.Compare(e.OrderKey, request.StartAfter) >= 0);
}

/// <summary>Compares positions as UTF-16.</summary>
internal sealed class ComparesPositionsAsUtf16(StoreDriver inner) : BrokenListings(inner)
{
    protected override ListRequest Ask(ListRequest request) => request with { StartAfter = null };

    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        request.StartAfter is null ? entries : entries.Where(e => string.CompareOrdinal(e.OrderKey, request.StartAfter) > 0);
}

/// <summary>Ignores the name prefix.</summary>
internal sealed class IgnoresNamePrefix(StoreDriver inner) : BrokenListings(inner)
{
    protected override ListRequest Ask(ListRequest request) => request with { NamePrefix = null };
}

/// <summary>Stops recursive listings after two levels.</summary>
internal sealed class ListsOneLevelOnly(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        entries.Where(e => e.Path.Depth <= request.Directory.Depth + 2);
}

/// <summary>Lists each directory as it was when it was first listed.</summary>
internal sealed class ListsFromAStaleCache(StoreDriver inner) : BrokenListings(inner)
{
    private readonly ConcurrentDictionary<ListRequest, StoreEntry[]> _seen = [];

    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) => _seen.GetOrAdd(request, _ => [.. entries]);
}

/// <summary>Fails to list a missing directory.</summary>
internal sealed class FailsToListWhatIsMissing(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        entries.Count == 0 ? throw new DirectoryNotFoundException("There is no such directory.") : entries;
}

/// <summary>Reports different facts in a listing than elsewhere.</summary>
internal sealed class ListsWrongLengths(StoreDriver inner) : BrokenListings(inner)
{
    protected override IEnumerable<StoreEntry> Change(List<StoreEntry> entries, ListRequest request) =>
        entries.Select(e => e.IsDirectory ? e : new StoreEntry { Path = e.Path, Length = e.Length + 1, ETag = e.ETag });
}

/// <summary>Lists by page number, so that a deletion during the listing shifts the remaining entries.</summary>
internal sealed class PagesByNumber(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private const int Page = 100;

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 0; ; number++)
        {
            var all = new List<StoreEntry>();
            await foreach (var page in Inner.ListAsync(request, cancellationToken))
                all.AddRange(page);
            var now = all.Skip(number * Page).Take(Page).ToArray();
            if (now.Length == 0)
                yield break;
            yield return now;
        }
    }
}

/// <summary>Reads the whole listing before it returns the first entry, in one page.</summary>
internal sealed class ListsInOnePiece(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<StoreEntry>();
        await foreach (var page in Inner.ListAsync(request, cancellationToken))
            all.AddRange(page);
        yield return all;
    }
}
