using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Cairn.Engine;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Reading;

namespace Cairn.Transfers;

/// <summary>Compares a tree with a directory by walking both side by side: they come in one order, so memory does not grow with the trees.</summary>
internal sealed class TreeComparison(TreeSource source, StoreCore target, StorePath root, bool byContent)
{
    /// <summary>The entries of both: those with the same path together.</summary>
    public async IAsyncEnumerable<(TransferItem? Item, StoreEntry? There)> PairsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = source.FindAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var leftOwner = left.ConfigureAwait(false);
        // What the target cannot list is not in the way of copying, and not removed either.
        var request = new ListRequest(root, Recursive: true) { Unlisted = static _ => { } };
        var right = Entries.FilesAsync(target, request, true, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var rightOwner = right.ConfigureAwait(false);
        var a = await NextAsync(left).ConfigureAwait(false);
        var b = await right.MoveNextAsync().ConfigureAwait(false) ? right.Current : null;
        while (a is not null || b is not null)
        {
            var key = b is null ? "" : KeyOf(b);
            var order = a is null ? 1 : b is null ? -1 : Utf8Order.Compare(a.Value.OrderKey, key);
            if (order < 0)
                yield return (a, null);
            else if (order == 0)
                yield return (a, b);
            else if (!b!.IsDirectory || a is null || !a.Value.OrderKey.StartsWith(key, StringComparison.Ordinal))
                yield return (null, b);
            if (order <= 0)
                a = await NextAsync(left).ConfigureAwait(false);
            if (order >= 0)
                b = await right.MoveNextAsync().ConfigureAwait(false) ? right.Current : null;
        }
    }

    /// <summary>Compares two files by what the listings say.</summary>
    /// <param name="item">The source's file.</param>
    /// <param name="there">The target's.</param>
    /// <param name="difference">Why they differ, in a word; null when they are taken to be the same.</param>
    /// <returns>False when the listings do not say enough.</returns>
    public bool TryDecide(TransferItem item, StoreEntry there, out string? difference)
    {
        difference = item.Length != there.Length ? "length" : null;
        if (difference is not null)
            return true;
        if (item.Checksum is { } sum && there.Checksum is { } other && sum.Algorithm == other.Algorithm)
        {
            difference = sum == other ? null : "content";
            return true;
        }
        return !byContent && FileTimes.TryDecide(source, item, target, there, out difference);
    }

    /// <summary>Compares what the listings leave open.</summary>
    /// <returns>Why they differ, in a word; null when they are taken to be the same.</returns>
    public async ValueTask<string?> DifferenceAsync(TransferItem item, StoreEntry there, CancellationToken cancellationToken)
    {
        if (!byContent)
            return await FileTimes.DifferenceAsync(source, item, target, there, cancellationToken).ConfigureAwait(false);
        var mine = await source.OpenReadAsync(item, cancellationToken).ConfigureAwait(false);
        await using var mineOwner = mine.ConfigureAwait(false);
        var theirs = await target.OpenReadAsync(there.Path, null, cancellationToken).ConfigureAwait(false);
        await using var theirsOwner = theirs.ConfigureAwait(false);
        var here = await SHA256.HashDataAsync(mine, cancellationToken).ConfigureAwait(false);
        var elsewhere = await SHA256.HashDataAsync(theirs, cancellationToken).ConfigureAwait(false);
        return here.AsSpan().SequenceEqual(elsewhere) ? null : "content";
    }

    private static async ValueTask<TransferItem?> NextAsync(IAsyncEnumerator<TransferItem> items) => await items.MoveNextAsync().ConfigureAwait(false) ? items.Current : null;

    private string KeyOf(StoreEntry entry)
    {
        var path = entry.Path.RelativeTo(root).Value;
        return entry.IsDirectory ? path + "/" : path;
    }
}
