using System.Runtime.CompilerServices;

namespace Cairn.Providers;

/// <summary>Implements <see cref="StoreDriver.ListAsync"/> for stores that can list only one directory at a time.</summary>
public static class DirectoryListing
{
    private const int MostInPage = 256;

    /// <summary>Lists by reading directories sequentially, depth first, and skips directories that cannot contain a requested entry.</summary>
    /// <param name="request">The request.</param>
    /// <param name="kind">The kind of directories. With <see cref="DirectoryKind.Real"/>, directories are entries of a recursive listing.</param>
    /// <param name="read">Reads all entries of one directory, in any order. Returns none if the directory does not exist.</param>
    /// <param name="cancellationToken">The token.</param>
    /// <returns>Pages in order. Memory use is bounded by the entries of the directories on the path to the current directory.</returns>
    public static async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(
        ListRequest request,
        DirectoryKind kind,
        Func<StorePath, CancellationToken, ValueTask<IReadOnlyList<StoreEntry>>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(read);
        var open = new Stack<IEnumerator<StoreEntry>>();
        open.Push(await InOrderAsync(request.Directory).ConfigureAwait(false));
        var most = Math.Clamp(request.Limit ?? MostInPage, 1, MostInPage);
        var page = new List<StoreEntry>();
        while (open.TryPeek(out var top))
        {
            if (!top.MoveNext())
            {
                open.Pop();
                continue;
            }
            var entry = top.Current;
            if (IsWanted(request, entry) && (entry.IsFile || !request.Recursive || kind == DirectoryKind.Real))
                page.Add(entry);
            if (page.Count == most)
            {
                yield return page;
                page = [];
            }
            if (entry.IsDirectory && request.Recursive && MayHoldWanted(request, entry))
                open.Push(await InOrderAsync(entry.Path).ConfigureAwait(false));
        }
        if (page.Count > 0)
            yield return page;

        async ValueTask<IEnumerator<StoreEntry>> InOrderAsync(StorePath directory) =>
            (await read(directory, cancellationToken).ConfigureAwait(false)).OrderBy(e => e.OrderKey, Utf8Order.Comparer).GetEnumerator();
    }

    private static bool IsWanted(ListRequest request, StoreEntry entry) =>
        (request.NamePrefix is not { } prefix || entry.Path.RelativeTo(request.Directory).Value.StartsWith(prefix, StringComparison.Ordinal))
        && (request.StartAfter is not { } after || Utf8Order.Compare(entry.OrderKey, after) > 0);

    private static bool MayHoldWanted(ListRequest request, StoreEntry directory)
    {
        if (request.NamePrefix is { } prefix)
        {
            var below = directory.Path.RelativeTo(request.Directory).Value + "/";
            if (!below.StartsWith(prefix, StringComparison.Ordinal) && !prefix.StartsWith(below, StringComparison.Ordinal))
                return false;
        }
        // The keys of all entries below start with the key of the directory, so they precede the start unless the start is also below it.
        return request.StartAfter is not { } after
            || Utf8Order.Compare(directory.OrderKey, after) > 0
            || after.StartsWith(directory.OrderKey, StringComparison.Ordinal);
    }
}
