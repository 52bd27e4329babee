using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Checkpoints;

/// <summary>Makes checkpoints from a full listing of the chains, and from what the feed has of runs.</summary>
/// <param name="store">The store.</param>
/// <param name="catalog">The id of the catalog.</param>
/// <param name="ids">Creates ids of records.</param>
/// <param name="time">The writer's clock.</param>
/// <param name="maxSegment">The most bytes of a segment.</param>
internal sealed class CheckpointMaker(ArtifactStore store, Guid catalog, RecordId ids, TimeProvider time, int maxSegment = CheckpointMaker.MaxSegment)
{
    /// <summary>The most bytes of a segment.</summary>
    public const int MaxSegment = 64 << 20;

    private const int ReadAhead = 256;
    private const int Parallelism = 16;
    private readonly CheckpointStore _checkpoints = new(store, catalog);

    /// <summary>Makes a checkpoint.</summary>
    /// <param name="by">The user.</param>
    /// <param name="cancellationToken">Cancels it; segments may have been saved.</param>
    /// <returns>The checkpoint; null if another writer appended one in the meantime, which serves as well.</returns>
    /// <remarks>Segments of at least half the greatest size are carried over. Smaller ones are merged with the new records, so that their number stays bounded.</remarks>
    public async Task<Checkpoint?> MakeAsync(string by, CancellationToken cancellationToken)
    {
        FoundCheckpoint? newest = null, found = null;
        await foreach (var candidate in _checkpoints.FindAsync(cancellationToken).ConfigureAwait(false))
        {
            newest ??= candidate;
            if ((found = candidate).Checkpoint is not null)
                break;
        }
        // Before the chains are listed: what a batch up to this time tells is in the listing then.
        var feed = await FindFeedTimeAsync(found?.Checkpoint?.Feed ?? DateTimeOffset.UnixEpoch, cancellationToken).ConfigureAwait(false);
        var (kept, covered, merged, runs) = await ReadSegmentsAsync(found?.Checkpoint, cancellationToken).ConfigureAwait(false);
        var builder = new SegmentBuilder(_checkpoints, maxSegment);
        List<(ChainKey Key, int Sequence, byte[]? Known)> window = [];
        await foreach (var (key, greatest) in ChainListing.ListAsync(store, cancellationToken).ConfigureAwait(false))
        {
            for (var sequence = covered.GetValueOrDefault(key) + 1; sequence <= greatest; sequence++)
            {
                window.Add((key, sequence, merged.GetValueOrDefault(key)?.GetValueOrDefault(sequence)));
                if (window.Count == ReadAhead)
                    await AddWindowAsync(builder, window, cancellationToken).ConfigureAwait(false);
            }
        }
        await AddWindowAsync(builder, window, cancellationToken).ConfigureAwait(false);
        await runs.Records.WriteAsync(runs.Since, builder, cancellationToken).ConfigureAwait(false);
        var checkpoint = new Checkpoint(feed, [.. kept, .. await builder.EndAsync(cancellationToken).ConfigureAwait(false)]);
        // One that cannot be used has its place in the chain.
        var head = newest is null ? null : new ChainHead(newest.Sequence, BlobDigest.Of(newest.Content.Span), [], null);
        var (_, isAppended) = await _checkpoints.Chain.AppendAsync(
            head, isNewest: true, ids.Next(), (now, _) => new(now?.Sequence == head?.Sequence ? Members(checkpoint, by) : null), null, cancellationToken).ConfigureAwait(false);
        return isAppended ? checkpoint : null;
    }

    /// <summary>Reads the segments of the checkpoint before. If one of them cannot be read, none is used, and all chains are read.</summary>
    private async Task<Before> ReadSegmentsAsync(Checkpoint? before, CancellationToken cancellationToken)
    {
        var read = NewBefore(before?.Feed ?? DateTimeOffset.UnixEpoch);
        try
        {
            foreach (var segment in before?.Segments ?? [])
            {
                var isKept = segment.Bytes >= maxSegment / 2;
                if (isKept)
                    read.Kept.Add(segment);
                await foreach (var line in _checkpoints.ReadAsync(segment, cancellationToken).ConfigureAwait(false))
                {
                    if (PlaceOf(line) is not { } place)
                    {
                        if (isKept)
                            read.Runs.Records.Keep(line, read.Runs.Since);
                        else
                            read.Runs.Records.Add(line);
                    }
                    else if (isKept)
                    {
                        read.Covered[place.Key] = Math.Max(place.Sequence, read.Covered.GetValueOrDefault(place.Key));
                    }
                    else if (read.Merged.TryGetValue(place.Key, out var lines) || read.Merged.TryAdd(place.Key, lines = []))
                    {
                        lines[place.Sequence] = line.Content.ToArray();
                    }
                }
            }
            return read;
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.IntegrityFailure)
        {
            return NewBefore(DateTimeOffset.UnixEpoch);
        }

        Before NewBefore(DateTimeOffset since) => new([], [], [], (new FeedRecords(store, time, maxSegment), since));
    }

    private static (ChainKey Key, int Sequence)? PlaceOf(RecordLine line)
    {
        try
        {
            return line.Record is { Sequence: > 0 } record && ChainKey.Of(record) is { } key ? (key, record.Sequence) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The newest time that the store gave to a batch, which it is at least there; never later than by the own clock.</summary>
    private async Task<DateTimeOffset> FindFeedTimeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (own, latest) = (time.GetUtcNow(), before);
        var options = new ListOptions { Recursive = true, StartAfter = FeedPosition.HourBefore(before).Value };
        await foreach (var entry in store.ListAsync(FeedPath.Root, options, cancellationToken).OrEmptyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (FeedPath.IsBatch(entry.Path) && entry.Modified is { } modified && modified > latest)
                latest = modified;
        }
        return latest < own ? latest : own;
    }

    /// <summary>Adds the records of a window in order; those that no segment holds are read from their chains, several at once.</summary>
    private async Task AddWindowAsync(SegmentBuilder builder, List<(ChainKey Key, int Sequence, byte[]? Known)> window, CancellationToken cancellationToken)
    {
        var contents = new byte[]?[window.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, window.Count), parallel, async (i, stopping) =>
        {
            var (key, sequence, known) = window[i];
            contents[i] = known ?? await ReadAsync(key, sequence, stopping).ConfigureAwait(false);
        }).ConfigureAwait(false);
        foreach (var content in contents)
        {
            // What cannot be a line is left to those who read the chain.
            if (RecordLines.CanHold(content))
                await builder.AddAsync(content, cancellationToken).ConfigureAwait(false);
        }
        window.Clear();
    }

    private async Task<byte[]?> ReadAsync(ChainKey key, int sequence, CancellationToken cancellationToken)
    {
        try
        {
            return await key.Open(store).TryReadBytesAsync(sequence, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.IntegrityFailure)
        {
            return null;
        }
    }

    private JsonObject Members(Checkpoint checkpoint, string by)
    {
        var members = checkpoint.ToMembers();
        members["v"] = 1;
        members["kind"] = "checkpoint";
        members["checkpoint"] = catalog.ToString();
        members["at"] = Record.Format(time.GetUtcNow());
        members["by"] = by;
        return members;
    }

    /// <summary>What the segments of the checkpoint before contain.</summary>
    /// <param name="Kept">Those that are carried over.</param>
    /// <param name="Covered">The greatest numbers in them.</param>
    /// <param name="Merged">The records of chains in the others.</param>
    /// <param name="Runs">The records of runs in the others, and the time since which the feed has more.</param>
    private sealed record Before(
        List<SegmentReference> Kept, Dictionary<ChainKey, int> Covered, Dictionary<ChainKey, Dictionary<int, byte[]>> Merged, (FeedRecords Records, DateTimeOffset Since) Runs);
}
