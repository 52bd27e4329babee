using System.Collections.Concurrent;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>Fetches records from their chains, several at once.</summary>
internal sealed class ChainFetch(ArtifactStore store)
{
    private const int Parallelism = 16;

    /// <summary>Completes the groups: afterwards, each has the records from its head on without gaps.</summary>
    /// <param name="groups">The groups with the numbers of their heads.</param>
    /// <param name="limit">The most records to fetch.</param>
    /// <param name="unusable">Receives copies of records whose chain does not have them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The number of records that were fetched.</returns>
    public async Task<int> CompleteAsync(IReadOnlyList<(ChainGroup Group, int Head)> groups, int limit, List<RecordLine> unusable, CancellationToken cancellationToken)
    {
        // A copy that is far ahead may be a forgery: its chain must have that record before the gap is filled.
        foreach (var (group, head) in groups.Where(g => g.Group.Greatest > g.Head + 1 && !g.Group.Records.ContainsKey(g.Head + 1)))
        {
            foreach (var number in group.Records.Keys.Where(n => n > head).Reverse().ToList())
            {
                if (await store.IsFileAsync(group.Key.Open(store).PathOf(number), cancellationToken).ConfigureAwait(false))
                    break;
                unusable.Add(RecordLine.Unusable(group.Records[number].Line.Content, "its chain does not have it"));
                group.Shorten(group.Records.Keys.LastOrDefault(n => n < number, head));
            }
        }
        var wanted = groups.SelectMany(g => Enumerable.Range(g.Head + 1, Math.Max(0, g.Group.Greatest - g.Head)).Where(n => !g.Group.Records.ContainsKey(n)).Select(n => (g.Group, Number: n)))
            .Take(limit).ToList();
        if (wanted.Count == 0)
            return 0;
        var fetched = new ConcurrentBag<(ChainGroup Group, ChainRecord Record)>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(wanted, parallel, async (place, stopping) =>
        {
            if (await ReadAsync(place.Group.Key, place.Number, stopping).ConfigureAwait(false) is { } record)
                fetched.Add((place.Group, record));
        }).ConfigureAwait(false);
        foreach (var (group, record) in fetched)
            group.Add(record);
        return wanted.Count;
    }

    /// <summary>Compares the newest known record of each chain with that of the store. A chain whose record is missing or different is read again from its beginning.</summary>
    /// <param name="groups">The groups with the numbers and hashes of their heads.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task ConfirmAsync(IReadOnlyList<(ChainGroup Group, int Head, string Hash)> groups, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(groups.Where(g => g.Hash.Length > 0), parallel, async (known, stopping) =>
        {
            if ((await ReadAsync(known.Group.Key, known.Head, stopping).ConfigureAwait(false))?.Hash?.Hex != known.Hash)
                known.Group.Rebuild();
        }).ConfigureAwait(false);
    }

    /// <summary>Reads a record as the store has it; null if the store does not.</summary>
    public async Task<ChainRecord?> ReadAsync(ChainKey key, int sequence, CancellationToken cancellationToken)
    {
        try
        {
            var content = await key.Open(store).TryReadBytesAsync(sequence, cancellationToken).ConfigureAwait(false);
            return content is null ? null : ChainRecord.OfStored(content, key, sequence);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.IntegrityFailure)
        {
            return new(sequence, RecordLine.Unusable(System.Text.Encoding.UTF8.GetBytes(key.Open(store).PathOf(sequence).Value), e.Reason), null, null);
        }
    }
}
