using Cairn.Catalog.Records;
using Cairn.Catalog.Telemetry;
using Microsoft.Extensions.Logging;

namespace Cairn.Catalog.Feed;

/// <summary>Publishes records in batches: records that arrive while a batch is written share the next one.</summary>
/// <remarks>
/// The first record of a batch is written at once, and a call that waits returns when the batch with its records is stored under a name that readers of the feed come across. Only copies that
/// nobody waits for are gathered: after a batch, the next one of these begins <see cref="Gathering"/> later, or as soon as somebody waits. A process has one publisher for each catalog. Thread-safe.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="time">The clock of this machine.</param>
/// <param name="stored">Called with no lock held after each batch that was stored. Optional.</param>
internal sealed partial class FeedPublisher(ArtifactStore store, TimeProvider time, Action? stored = null) : IAsyncDisposable
{
    /// <summary>How far the name of a batch may be from the store's time. Readers look an hour back.</summary>
    private static readonly TimeSpan _tolerance = TimeSpan.FromMinutes(10);

    /// <summary>How far the time of an answer may be from the time of the file for both to come from one clock. A write takes time, and answers have whole seconds.</summary>
    private static readonly TimeSpan _sameClock = TimeSpan.FromMinutes(1);

    /// <summary>How long copies that nobody waits for are gathered after a batch: successive saves do not write one file of the feed each, and lists of other machines see them soon.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private const int MaxAttempts = 8;
    private readonly StoreClock _clock = new(time);
    private readonly Lock _lock = new();
    private readonly Queue<PendingBatch> _waiting = [];
    private readonly HashSet<Task> _background = [];
    private PendingBatch? _open;
    private Task? _writing;
    private TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _written;
    private bool _hasOneClock;
    private bool _isDisposed;

    /// <summary>Gets the time of the store, as far as the batches that were published tell.</summary>
    public DateTimeOffset StoreTime => _clock.Now;

    /// <summary>Gets how far the clock of this machine is from the store's, as far as the batches that were published tell.</summary>
    public TimeSpan Skew => (_clock.Now - time.GetUtcNow()).Duration();

    /// <summary>Publishes records.</summary>
    /// <param name="records">The records, whose bytes are copied as they are. One whose bytes contain a line feed is left out: readers find it in its chain.</param>
    /// <param name="cancellationToken">Ends the waiting; the records may be published nevertheless.</param>
    /// <returns>A task that completes when all the records are stored.</returns>
    public async Task PublishAsync(IReadOnlyCollection<Record> records, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HashSet<Task> batches;
        lock (_lock)
        {
            batches = Add(records);
            _wanted.TrySetResult();
        }
        await Task.WhenAll(batches).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Publishes a copy of a record without waiting. <see cref="FlushAsync"/> waits, and reports a failure.</summary>
    public void Publish(Record record)
    {
        lock (_lock)
        {
            _background.RemoveWhere(t => t.IsCompletedSuccessfully);
            _background.UnionWith(Add([record]));
        }
    }

    /// <summary>Waits until the records of <see cref="Publish"/> are stored.</summary>
    /// <exception cref="StoreException">Records could not be stored. They are not tried again: lists show them after the next change of their asset, or after a full synchronization.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Task[] background;
        lock (_lock)
        {
            background = [.. _background];
            _wanted.TrySetResult();
        }
        var all = Task.WhenAll(background);
        try
        {
            await all.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (all.IsCompleted)
            {
                lock (_lock)
                    _background.ExceptWith(background);
            }
        }
    }

    /// <summary>Waits until all records that were handed in are stored, or have failed. A failure that <see cref="FlushAsync"/> did not report is logged as a warning.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? writing;
        lock (_lock)
        {
            (_isDisposed, writing) = (true, _writing);
            _wanted.TrySetResult();
        }
        if (writing is not null)
            await writing.ConfigureAwait(false);
        lock (_lock)
        {
            foreach (var failed in _background.Where(t => t.IsFaulted))
                LogFailure(store.Options.LoggerFactory.CreateLogger<FeedPublisher>(), store.Root, failed.Exception!.InnerException!);
            _background.Clear();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Records could not be published in the feed of the catalog in {Store}. They are stored, but lists show them only after the next change of their asset, or after a full synchronization.")]
    private static partial void LogFailure(ILogger logger, StoreUri store, Exception exception);

    /// <summary>Adds records to batches, and begins to write.</summary>
    /// <returns>A task for each batch that holds some of them.</returns>
    private HashSet<Task> Add(IReadOnlyCollection<Record> records)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        HashSet<Task> batches = [];
        foreach (var record in records)
        {
            if (!RecordLines.CanHold(record.Content.Span))
                continue;
            if (_open?.TryAdd(record.Content) != true)
            {
                _waiting.Enqueue(_open = new());
                _open.TryAdd(record.Content);
            }
            batches.Add(_open.Published);
        }
        if (_waiting.Count > 0)
            _writing ??= Task.Run(WriteWaitingAsync, CancellationToken.None);
        return batches;
    }

    private async Task WriteWaitingAsync()
    {
        while (true)
        {
            await GatherAsync().ConfigureAwait(false);
            PendingBatch? batch;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out batch))
                {
                    _writing = null;
                    return;
                }
                if (_waiting.Count == 0 && _wanted.Task.IsCompleted)
                    _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
            _written = time.GetTimestamp();
            batch.Complete(failure);
            if (failure is not null)
                continue;
            CatalogInstruments.BatchCount.Add(1);
            CatalogInstruments.BatchRecordCount.Add(batch.Count);
            stored?.Invoke();
        }
    }

    /// <summary>Waits until the next batch is due: at once if somebody waits for it or it is full.</summary>
    private async Task GatherAsync()
    {
        Task wanted;
        lock (_lock)
        {
            if (_waiting.Count != 1)
                return;
            wanted = _wanted.Task;
        }
        if (_written is { } written && Gathering - time.GetElapsedTime(written) is var rest && rest > TimeSpan.Zero)
            await wanted.WaitAsync(rest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
            var modified = entry.Modified ?? await TimeOfAsync(path, entry.AnsweredAt).ConfigureAwait(false);
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

    /// <summary>
    /// The time that the store gave to a batch, if the write did not return it: that of its answer once it is known that the store has one clock for both. An answer that does not agree with the
    /// clock of this machine, as corrected, is not trusted.
    /// </summary>
    private async Task<DateTimeOffset?> TimeOfAsync(StorePath path, DateTimeOffset? answeredAt)
    {
        if (_hasOneClock && answeredAt is { } expected && (expected - _clock.Now).Duration() < _sameClock)
            return expected;
        var modified = (await store.TryStatAsync(path).ConfigureAwait(false))?.Modified;
        _hasOneClock = answeredAt is { } answer && modified is { } when && (answer - when).Duration() < _sameClock;
        return modified;
    }
}
