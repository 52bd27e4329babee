using Cairn.Catalog.Records;

namespace Cairn.Catalog.Feed;

/// <summary>Publishes records in batches: records that arrive while a batch is written share the next one.</summary>
/// <remarks>
/// There is no timer: the first record of a batch is written at once, and a call returns when the batch with its records is stored under a name that readers of the feed come across. A process has
/// one publisher for each catalog. Thread-safe.
/// </remarks>
internal sealed class FeedPublisher(ArtifactStore store, TimeProvider time) : IAsyncDisposable
{
    /// <summary>How far the name of a batch may be from the store's time. Readers look an hour back.</summary>
    private static readonly TimeSpan _tolerance = TimeSpan.FromMinutes(10);

    private const int MaxAttempts = 8;
    private readonly StoreClock _clock = new(time);
    private readonly Lock _lock = new();
    private readonly Queue<PendingBatch> _waiting = [];
    private PendingBatch? _open;
    private Task? _writing;
    private bool _isDisposed;

    /// <summary>Publishes records.</summary>
    /// <param name="records">The records, whose bytes are copied as they are. One whose bytes contain a line feed is left out: readers find it in its chain.</param>
    /// <param name="cancellationToken">Ends the waiting; the records may be published nevertheless.</param>
    /// <returns>A task that completes when all the records are stored.</returns>
    public async Task PublishAsync(IReadOnlyCollection<Record> records, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HashSet<PendingBatch> batches = [];
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            foreach (var record in records)
            {
                if (!RecordLines.CanHold(record.Content.Span))
                    continue;
                if (_open?.TryAdd(record.Content) != true)
                {
                    _waiting.Enqueue(_open = new());
                    _open.TryAdd(record.Content);
                }
                batches.Add(_open);
            }
            if (_waiting.Count > 0)
                _writing ??= Task.Run(WriteWaitingAsync, CancellationToken.None);
        }
        await Task.WhenAll(batches.Select(b => b.Published)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until all records that were handed in are stored, or have failed.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? writing;
        lock (_lock)
            (_isDisposed, writing) = (true, _writing);
        if (writing is not null)
            await writing.ConfigureAwait(false);
    }

    private async Task WriteWaitingAsync()
    {
        while (true)
        {
            PendingBatch? batch;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out batch))
                {
                    _writing = null;
                    return;
                }
                if (batch == _open)
                    _open = null;
            }
            Exception? failure = null;
            try
            {
                await WriteAsync(batch.ToBytes()).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = e;
            }
            batch.Complete(failure);
        }
    }

    /// <summary>Writes a batch, again under another name as long as the name does not have the store's time.</summary>
    private async Task WriteAsync(byte[] content)
    {
        for (var attempt = 1; ; attempt++)
        {
            var name = _clock.Now;
            var path = FeedPath.Create(name);
            var begin = _clock.Begin();
            var entry = await store.WriteBytesAsync(path, content, WriteMode.CreateNew).ConfigureAwait(false);
            var modified = entry.Modified ?? (await store.TryStatAsync(path).ConfigureAwait(false))?.Modified;
            // A store without times has no other clock than that of its writers.
            if (modified is not { } when)
                return;
            var (earliest, latest) = _clock.Learn(begin, when);
            if ((name - earliest).Duration() <= _tolerance && (name - latest).Duration() <= _tolerance)
                return;
            if (attempt == MaxAttempts)
            {
                throw store.CreateException(StoreErrorCode.Unavailable, $"its name must have the store's time, and after {MaxAttempts} attempts it does not", Errors.StoreOperations.Write, path,
                    "Check the clock of this machine and the time that writes take.");
            }
        }
    }
}
