using System.Runtime.CompilerServices;

namespace Cairn.Catalog.Chains;

/// <summary>Lists the chains of names, assets and runs of a store.</summary>
internal static class ChainListing
{
    /// <summary>Lists all chains in the order of their folders, each with its greatest number.</summary>
    /// <remarks>A listing may omit records that are being written; only the greatest number counts, and each number up to it exists.</remarks>
    public static async IAsyncEnumerable<(ChainKey Key, int Greatest)> ListAsync(ArtifactStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var root in (StorePath[])[ChainKey.Assets, ChainKey.Names, ChainKey.Runs])
        {
            (ChainKey Key, int Greatest) last = default;
            await foreach (var entry in store.ListAsync(root, new() { Recursive = true }, cancellationToken).OrEmptyAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!entry.IsFile || !ChainKey.TryParse(entry.Path, out var key, out var sequence))
                    continue;
                if (key != last.Key && last.Greatest > 0)
                    yield return last;
                last = key == last.Key ? (key, Math.Max(sequence, last.Greatest)) : (key, sequence);
            }
            if (last.Greatest > 0)
                yield return last;
        }
    }

    /// <summary>A listing of a folder that may be absent.</summary>
    public static async IAsyncEnumerable<StoreEntry> OrEmptyAsync(this IAsyncEnumerable<StoreEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var enumerator = entries.GetAsyncEnumerator(cancellationToken);
        await using var closing = enumerator.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                    yield break;
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
            {
                yield break;
            }
            yield return enumerator.Current;
        }
    }
}
