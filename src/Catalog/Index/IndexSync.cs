using System.Threading.Channels;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>Brings the index up to the store: from the newest checkpoint, the feed behind it, or the chains themselves.</summary>
internal sealed class IndexSync(ArtifactStore store, Guid catalog, IIndexTarget database, TimeProvider time)
{
    private const int LinesAtOnce = 1000;
    private const int BatchesAtOnce = 32;
    private const int ChainsAtOnce = 500;
    private readonly IndexApplier _applier = new(store, database);
    private readonly FeedReader _feed = new(store, time);
    private readonly CheckpointStore _checkpoints = new(store, catalog);

    /// <summary>Synchronizes once.</summary>
    /// <param name="isFull">Whether the chains are listed as well.</param>
    /// <param name="fromCheckpoint">Whether a new index begins with the newest checkpoint.</param>
    /// <param name="cancellationToken">Cancels it; what is applied stays.</param>
    public async Task<SyncResult> RunAsync(bool isFull, bool fromCheckpoint, CancellationToken cancellationToken)
    {
        var applied = 0;
        if (FindPosition() is not { } position)
        {
            if (await StartAsync(fromCheckpoint, cancellationToken).ConfigureAwait(false) is not { } start)
                return new(applied, 0, IsLeft: true);
            (applied, position) = (start.Applied, start.Position);
        }
        var (read, batches, isLeft) = await FollowAsync(position, cancellationToken).ConfigureAwait(false);
        applied += read;
        if (isFull && !isLeft)
        {
            var filled = await FillAsync(cancellationToken).ConfigureAwait(false);
            (applied, isLeft) = (applied + (filled ?? 0), filled is null);
        }
        _applier.End();
        if (!isLeft)
            isLeft = !database.TryWrite(c => c.Execute("INSERT OR REPLACE INTO meta(key, value) VALUES('synced', $0)", time.GetUtcNow().ToMicroseconds()));
        return new(applied, batches, isLeft);
    }

    /// <summary>Counts the batches that were not read.</summary>
    public async Task<int> CountBehindAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var _ in _feed.ListAsync(FindPosition() ?? FeedPosition.Start, _ => { }, cancellationToken).ConfigureAwait(false))
            count++;
        return count;
    }

    /// <summary>The position up to which the feed was read; null for a new index.</summary>
    /// <remarks>A clock that was ahead and was set back leaves a cursor in the future, behind which other writers publish. Then an older one counts: one is kept for each day.</remarks>
    private FeedPosition? FindPosition() => database.Read(c =>
    {
        var now = time.GetUtcNow().ToMicroseconds();
        if (c.Integer("SELECT max(at) FROM feed_cursor WHERE at <= $0", now) is { } at)
            return NewPosition(c, ColumnValues.ToTime(at));
        return c.Integer("SELECT count(*) FROM feed_cursor") > 0 ? NewPosition(c, DateTimeOffset.UnixEpoch) : null;

        static FeedPosition NewPosition(IndexConnection c, DateTimeOffset cursor)
        {
            var from = FeedPosition.HourBefore(cursor);
            return new(cursor, c.Rows("SELECT path FROM feed_seen WHERE path > $0", r => StorePath.Parse(r.Text(0)), from.Value).ToHashSet());
        }
    });

    /// <summary>Applies the newest checkpoint that can be read.</summary>
    /// <returns>The position at which the feed continues; null if another process is writing.</returns>
    private async Task<(int Applied, FeedPosition Position)?> StartAsync(bool fromCheckpoint, CancellationToken cancellationToken)
    {
        var applied = 0;
        if (fromCheckpoint)
        {
            await foreach (var found in _checkpoints.FindAsync(cancellationToken).ConfigureAwait(false))
            {
                var problem = found.Problem;
                if (found.Checkpoint is { } checkpoint)
                {
                    try
                    {
                        if (await ApplyAsync(checkpoint, cancellationToken).ConfigureAwait(false) is not { } count)
                            return null;
                        return (applied + count, new(checkpoint.Feed, new HashSet<StorePath>()));
                    }
                    catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.IntegrityFailure)
                    {
                        // The records that were applied stay: each is what its chain has.
                        problem = $"one of its segments cannot be read: {e.Reason}";
                    }
                }
                if (await _applier.ApplyAsync([RecordLine.Unusable(found.Content, problem!)], [], _ => { }, cancellationToken).ConfigureAwait(false) is null)
                    return null;
            }
        }
        return (applied, FeedPosition.Start);
    }

    /// <summary>Applies the segments of a checkpoint. The next records are read while the ones before are applied.</summary>
    private async Task<int?> ApplyAsync(Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var read = Channel.CreateBounded<List<RecordLine>>(2);
        var reading = Task.Run(ReadAsync, CancellationToken.None);
        try
        {
            int? applied = 0;
            await foreach (var lines in read.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                applied += await _applier.ApplyAsync(lines, [], _ => { }, cancellationToken).ConfigureAwait(false);
                if (applied is null)
                    break;
            }
            return applied;
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        async Task ReadAsync()
        {
            try
            {
                List<RecordLine> lines = [];
                foreach (var segment in checkpoint.Segments)
                {
                    await foreach (var line in _checkpoints.ReadAsync(segment, stopping.Token).ConfigureAwait(false))
                    {
                        lines.Add(line);
                        if (lines.Count < LinesAtOnce)
                            continue;
                        await read.Writer.WriteAsync(lines, stopping.Token).ConfigureAwait(false);
                        lines = [];
                    }
                }
                await read.Writer.WriteAsync(lines, stopping.Token).ConfigureAwait(false);
                read.Writer.Complete();
            }
            catch (Exception e)
            {
                // The one who applies the records throws it.
                read.Writer.Complete(e);
            }
        }
    }

    /// <summary>Applies the batches behind a position.</summary>
    private async Task<(int Applied, int Batches, bool IsLeft)> FollowAsync(FeedPosition position, CancellationToken cancellationToken)
    {
        var (applied, batches) = (0, 0);
        FeedPosition? end = null;
        var reading = new Queue<(StorePath Path, Task<IReadOnlyList<RecordLine>> Lines)>();
        // Small batches are many, and their latency counts; large ones would fill the memory.
        var ahead = 4;
        List<StorePath> paths = [];
        List<RecordLine> lines = [];
        try
        {
            await foreach (var path in _feed.ListAsync(position, p => end = p, cancellationToken).ConfigureAwait(false))
            {
                reading.Enqueue((path, _feed.ReadAsync(path, cancellationToken)));
                while (reading.Count >= ahead)
                    await TakeAsync().ConfigureAwait(false);
                if ((lines.Count >= LinesAtOnce || paths.Count >= BatchesAtOnce) && !await ApplyAsync().ConfigureAwait(false))
                    return (applied, batches, true);
            }
            while (reading.Count > 0)
                await TakeAsync().ConfigureAwait(false);
            if (!await ApplyAsync().ConfigureAwait(false))
                return (applied, batches, true);
        }
        finally
        {
            // Their errors, if any, are those of the batch whose error ends this.
            await ((Task)Task.WhenAll(reading.Select(r => r.Lines))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var isWritten = database.TryWrite(c =>
        {
            var (at, now) = (end!.Cursor.ToMicroseconds(), time.GetUtcNow().ToMicroseconds());
            // Cursors of the future: the clock was set back since.
            c.Execute("DELETE FROM feed_cursor WHERE at > $0", Math.Max(now, at));
            c.Execute("INSERT INTO feed_cursor(day, at) VALUES($0, $1) ON CONFLICT(day) DO UPDATE SET at = max(at, $1)", at / TimeSpan.MicrosecondsPerDay, at);
            c.Execute("DELETE FROM feed_seen WHERE path < $0", end.From.Value);
        });
        return (applied, batches, !isWritten);

        async Task TakeAsync()
        {
            var (path, task) = reading.Dequeue();
            var batch = await task.ConfigureAwait(false);
            ahead = batch.Count < LinesAtOnce / BatchesAtOnce ? Math.Min(ahead + 1, BatchesAtOnce) : Math.Max(ahead / 2, 2);
            paths.Add(path);
            lines.AddRange(batch);
        }

        async Task<bool> ApplyAsync()
        {
            if (paths.Count == 0)
                return true;
            var count = await _applier.ApplyAsync(lines, [], c =>
            {
                foreach (var path in paths)
                    c.Execute("INSERT OR IGNORE INTO feed_seen(path) VALUES($0)", path.Value);
            }, cancellationToken).ConfigureAwait(false);
            if (count is null)
                return false;
            (applied, batches) = (applied + count.Value, batches + paths.Count);
            paths.Clear();
            lines.Clear();
            return true;
        }
    }

    /// <summary>Applies what the chains have, and removes what they do not have.</summary>
    private async Task<int?> FillAsync(CancellationToken cancellationToken)
    {
        var applied = 0;
        List<(ChainKey Key, int Greatest)> window = [];
        HashSet<string> listed = [];
        await foreach (var chain in ChainListing.ListAsync(store, cancellationToken).ConfigureAwait(false))
        {
            listed.Add(chain.Key.Folder.Value);
            window.Add(chain);
            if (window.Count == ChainsAtOnce && !await ApplyAsync().ConfigureAwait(false))
                return null;
        }
        if (!await ApplyAsync().ConfigureAwait(false))
            return null;
        _applier.End();
        foreach (var folder in database.Read(c => c.Rows("SELECT folder FROM chain", r => r.Text(0))).Where(f => !listed.Contains(f)))
        {
            // A copy in the feed, or the store, told of a chain that is not there.
            if (ChainKey.TryParse((StorePath)folder / "00000001.json", out var key, out _)
                && !await store.IsFileAsync(key.Open(store).PathOf(1), cancellationToken).ConfigureAwait(false)
                && !_applier.TryRemove(key))
                return null;
        }
        return applied;

        async Task<bool> ApplyAsync()
        {
            var count = await _applier.RepairAsync(window, cancellationToken).ConfigureAwait(false);
            applied += count ?? 0;
            window.Clear();
            return count is not null;
        }
    }
}
