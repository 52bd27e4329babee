using System.Threading.Channels;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>Brings the index up to the store: from the newest checkpoint, the feed behind it, or the chains themselves.</summary>
internal sealed class IndexSync(ArtifactStore store, Guid catalog, IIndexTarget database, TimeProvider time)
{
    private const int BatchesAtOnce = 32;
    private const int SmallBatch = 16 << 10;
    private const int ChainsAtOnce = 500;
    private readonly IndexApplier _applier = new(store, database);
    private readonly FeedReader _feed = new(store, time);
    private readonly CheckpointStore _checkpoints = new(store, catalog);

    /// <summary>How many lines are applied at once: many if each group is a transaction, which writes a page once; otherwise few, since the tree of a record is ten times its size.</summary>
    private int LinesAtOnce => database.IsBuilding ? 100 : 2000;

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
                        var (count, _, isLeft) = await ApplyAsync(checkpoint, cancellationToken).ConfigureAwait(false);
                        return isLeft ? null : (applied + count, new(checkpoint.Feed, new HashSet<StorePath>()));
                    }
                    catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.IntegrityFailure)
                    {
                        // The records that were applied stay: each is what its chain has.
                        problem = $"one of its segments cannot be read: {e.Reason}";
                    }
                }
                if (await _applier.ApplyAsync(LineGroup.Of(RecordLine.Unusable(found.Content, problem!)), [], _ => { }, cancellationToken).ConfigureAwait(false) is null)
                    return null;
            }
        }
        return (applied, FeedPosition.Start);
    }

    /// <summary>Applies the segments of a checkpoint.</summary>
    private Task<(int Applied, int Batches, bool IsLeft)> ApplyAsync(Checkpoint checkpoint, CancellationToken cancellationToken) => ApplyAsync(
        async (pass, stopping) =>
        {
            var group = new LineGroup();
            foreach (var segment in checkpoint.Segments)
            {
                await foreach (var line in _checkpoints.ReadAsync(segment, stopping).ConfigureAwait(false))
                {
                    group.Add(line);
                    if (group.Count < LinesAtOnce)
                        continue;
                    await pass(group, stopping).ConfigureAwait(false);
                    group = new();
                }
            }
            await pass(group, stopping).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Applies the batches behind a position.</summary>
    private async Task<(int Applied, int Batches, bool IsLeft)> FollowAsync(FeedPosition position, CancellationToken cancellationToken)
    {
        FeedPosition? end = null;
        var (applied, batches, isLeft) = await ApplyAsync((pass, stopping) => ReadFeedAsync(position, p => end = p, pass, stopping), cancellationToken).ConfigureAwait(false);
        if (!isLeft)
        {
            isLeft = !database.TryWrite(c =>
            {
                var (at, now) = (end!.Cursor.ToMicroseconds(), time.GetUtcNow().ToMicroseconds());
                // Cursors of the future: the clock was set back since.
                c.Execute("DELETE FROM feed_cursor WHERE at > $0", Math.Max(now, at));
                c.Execute("INSERT INTO feed_cursor(day, at) VALUES($0, $1) ON CONFLICT(day) DO UPDATE SET at = max(at, $1)", at / TimeSpan.MicrosecondsPerDay, at);
                c.Execute("DELETE FROM feed_seen WHERE path < $0", end.From.Value);
            });
        }
        return (applied, batches, isLeft);
    }

    /// <summary>Reads the batches behind a position. The next ones are fetched while the lines of one are passed on.</summary>
    private async Task ReadFeedAsync(FeedPosition position, Action<FeedPosition> listed, Func<LineGroup, CancellationToken, ValueTask> pass, CancellationToken cancellationToken)
    {
        var fetching = new Queue<Task<FetchedBatch>>();
        // Small batches are many, and their latency counts; large ones would fill the memory.
        var ahead = 4;
        var group = new LineGroup();
        try
        {
            await foreach (var path in _feed.ListAsync(position, listed, cancellationToken).ConfigureAwait(false))
            {
                fetching.Enqueue(_feed.FetchAsync(path, cancellationToken));
                while (fetching.Count >= ahead)
                    await TakeAsync().ConfigureAwait(false);
            }
            while (fetching.Count > 0)
                await TakeAsync().ConfigureAwait(false);
            await pass(group, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Their errors, if any, are those of the batch whose error ends this.
            await ((Task)Task.WhenAll(fetching)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task TakeAsync()
        {
            var batch = await fetching.Dequeue().ConfigureAwait(false);
            ahead = batch.Content.Length < SmallBatch ? Math.Min(ahead + 1, BatchesAtOnce) : Math.Max(ahead / 2, 2);
            await foreach (var line in FeedReader.ReadAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                if (group.Count >= LinesAtOnce)
                    await PassAsync().ConfigureAwait(false);
                group.Add(line);
            }
            group.Batches.Add(batch.Path);
            if (group.Batches.Count >= BatchesAtOnce)
                await PassAsync().ConfigureAwait(false);
        }

        async Task PassAsync()
        {
            await pass(group, cancellationToken).ConfigureAwait(false);
            group = new();
        }
    }

    /// <summary>Applies lines. The next ones are read on another thread while the ones before are applied.</summary>
    /// <param name="read">Reads the lines, and passes them on.</param>
    /// <param name="cancellationToken">Cancels it; what is applied stays.</param>
    /// <returns>The number of applied records and of batches; whether another process is writing, so that some are left.</returns>
    private async Task<(int Applied, int Batches, bool IsLeft)> ApplyAsync(Func<Func<LineGroup, CancellationToken, ValueTask>, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var groups = Channel.CreateBounded<LineGroup>(1);
        var reading = Task.Run(ReadAsync, CancellationToken.None);
        var (applied, batches) = (0, 0);
        try
        {
            await foreach (var group in groups.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var count = await _applier.ApplyAsync(group, [], c =>
                {
                    foreach (var path in group.Batches)
                        c.Execute("INSERT OR IGNORE INTO feed_seen(path) VALUES($0)", path.Value);
                }, cancellationToken).ConfigureAwait(false);
                if (count is null)
                    return (applied, batches, true);
                (applied, batches) = (applied + count.Value, batches + group.Batches.Count);
            }
            return (applied, batches, false);
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
                await read(groups.Writer.WriteAsync, stopping.Token).ConfigureAwait(false);
                groups.Writer.Complete();
            }
            catch (Exception e)
            {
                // The one who applies the records throws it.
                groups.Writer.Complete(e);
            }
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
