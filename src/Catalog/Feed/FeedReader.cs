using System.Runtime.CompilerServices;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Feed;

/// <summary>Reads the batches of the feed that a reader has not read yet.</summary>
/// <param name="store">The store.</param>
/// <param name="time">The reader's clock, which only ever makes the cursor earlier.</param>
internal sealed class FeedReader(ArtifactStore store, TimeProvider time)
{
    /// <summary>The most bytes of a file that is read as a batch; twice what a writer may publish.</summary>
    private const int MaxBytes = 2 * PendingBatch.MaxBytes;

    private const int KeptOfLongBatch = 1024;

    /// <summary>Lists the batches after a position that it has not seen, in the order of their names.</summary>
    /// <param name="position">The position.</param>
    /// <param name="listed">Called at the end with the position behind the listed batches; its <see cref="FeedPosition.Seen"/> contains those that must be remembered.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="StoreWentBackException">A batch that was seen is missing: the store was restored to an earlier state.</exception>
    public async IAsyncEnumerable<StorePath> ListAsync(FeedPosition position, Action<FeedPosition> listed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = time.GetUtcNow();
        DateTimeOffset? latest = null;
        List<StorePath> all = [];
        HashSet<StorePath> missing = [.. position.Seen];
        var options = new ListOptions { Recursive = true, StartAfter = position.From.Value };
        await foreach (var entry in store.ListAsync(FeedPath.Root, options, cancellationToken).OrEmptyAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsFile || !FeedPath.IsBatch(entry.Path))
                continue;
            all.Add(entry.Path);
            if (entry.Modified is { } modified && (latest is null || modified > latest))
                latest = modified;
            if (!missing.Remove(entry.Path))
                yield return entry.Path;
        }
        foreach (var path in missing)
        {
            if (!await store.IsFileAsync(path, cancellationToken).ConfigureAwait(false))
                throw new StoreWentBackException(path, isMissing: true);
        }
        // The newest file tells what time it is at the store at least. The cursor stays an hour behind it, whatever the names say, and never goes back.
        var now = latest is { } known && known < own ? known : own;
        var cursor = all.Count > 0 && now - TimeSpan.FromHours(1) > position.Cursor ? now - TimeSpan.FromHours(1) : position.Cursor;
        var from = FeedPosition.HourBefore(cursor);
        listed(new(cursor, all.Where(p => p.CompareTo(from) > 0).ToHashSet()));
    }

    /// <summary>Reads the lines of a batch. What cannot be read as a record is among them, with the reason.</summary>
    public async Task<IReadOnlyList<RecordLine>> ReadAsync(StorePath batch, CancellationToken cancellationToken)
    {
        var content = await FetchAsync(batch, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(content, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fetches the bytes of a batch, whose lines <see cref="ReadAsync(FetchedBatch, CancellationToken)"/> reads.</summary>
    public async Task<FetchedBatch> FetchAsync(StorePath batch, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(batch, null, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var content = new byte[stream.Length > MaxBytes ? KeptOfLongBatch : stream.Length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return new(batch, content, stream.Length);
    }

    /// <summary>Reads the lines of a batch, one after the other.</summary>
    public static async IAsyncEnumerable<RecordLine> ReadAsync(FetchedBatch batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (batch.Length > MaxBytes)
        {
            yield return RecordLine.Unusable(batch.Content, $"it is in a batch of {batch.Length} bytes, more than a batch may have");
            yield break;
        }
        using var stream = new MemoryStream(batch.Content, writable: false);
        await foreach (var line in RecordLines.ReadAsync(stream, cancellationToken).ConfigureAwait(false))
            yield return line;
    }
}
