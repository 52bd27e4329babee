using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace Cairn.Transfers;

/// <summary>Transfers the entries of a tree, several in parallel, while they are still being listed. A failure does not stop the others.</summary>
internal sealed class TreeTransfer
{
    /// <summary>
    /// The number of entries that listing may be ahead of copying: large enough that totals are known early, and small enough to bound memory.
    /// </summary>
    private const int Ahead = 8192;

    private readonly TransferOptions _options;
    private readonly TransferMeter _meter;
    private readonly int _parallelism;

    /// <exception cref="ArgumentException">The mode is neither Replace nor CreateNew, or a glob is not valid.</exception>
    public TreeTransfer(TransferOptions? options, ArtifactStoreOptions defaults)
    {
        _options = options ?? new();
        if (_options.Mode.Kind is not (WriteModes.CreateNew or WriteModes.Replace))
            throw new ArgumentException("A tree is written with WriteMode.CreateNew or WriteMode.Replace.", nameof(options));
        _parallelism = _options.Parallelism ?? defaults.TreeParallelism;
        ArgumentOutOfRangeException.ThrowIfLessThan(_parallelism, 1, nameof(options));
        Filter = new(_options);
        _meter = new(_options.Progress, defaults.TimeProvider);
    }

    public WriteMode Mode => _options.Mode;

    public LinkHandling Links => _options.Links;

    public TreeFilter Filter { get; }

    /// <summary>Makes the record of what is left out and fails.</summary>
    public TransferLog Begin(string operation, StoreUri root) => new(operation, root, Filter, Links == LinkHandling.Skip);

    /// <summary>Copies each item by <paramref name="copy"/>, which tells how many bytes have arrived, until all have, or with fail-fast until one has failed.</summary>
    /// <exception cref="BatchFailedException">Some have failed; the others have arrived.</exception>
    public async Task<TransferResult> RunAsync(
        IAsyncEnumerable<TransferItem> items, Func<TransferItem, Action<long>, CancellationToken, ValueTask> copy, TransferLog log, CancellationToken cancellationToken)
    {
        await TransferAsync(items, copy, log, cancellationToken).ConfigureAwait(false);
        return log.End(_meter.Result);
    }

    /// <summary>The same, with the failures left in the log.</summary>
    public async Task<TransferResult> TransferAsync(
        IAsyncEnumerable<TransferItem> items, Func<TransferItem, Action<long>, CancellationToken, ValueTask> copy, TransferLog log, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ExceptionDispatchInfo? failure = null;
        var queue = Channel.CreateBounded<TransferItem>(new BoundedChannelOptions(Ahead) { SingleWriter = true });
        var tasks = new Task[_parallelism + 1];
        tasks[0] = GuardAsync(FindAsync);
        for (var i = 1; i < tasks.Length; i++)
            tasks[i] = GuardAsync(CopyAllAsync);
        await Task.WhenAll(tasks).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        failure?.Throw();
        _meter.Done();
        return _meter.Result;

        // What is left over here ends the transfer: the tree's root cannot be listed, misuse, or any failure with fail-fast.
        async Task GuardAsync(Func<Task> run)
        {
            try
            {
                await run().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                if (Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null) is null)
                    await stopping.CancelAsync().ConfigureAwait(false);
            }
        }

        async Task FindAsync()
        {
            try
            {
                await foreach (var item in items.WithCancellation(stopping.Token).ConfigureAwait(false))
                {
                    StopIfFailed();
                    if (!Filter.IsWanted(item.Path, item.IsDirectory))
                        continue;
                    if (!item.IsDirectory)
                        _meter.Found(item.Length);
                    await queue.Writer.WriteAsync(item, stopping.Token).ConfigureAwait(false);
                }
                StopIfFailed();
                _meter.FoundAll();
            }
            finally
            {
                queue.Writer.Complete();
            }
        }

        async Task CopyAllAsync()
        {
            await foreach (var item in queue.Reader.ReadAllAsync(stopping.Token).ConfigureAwait(false))
            {
                try
                {
                    await copy(item, _meter.Moved, stopping.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (!_options.FailFast && log.TryFail(e, item.Path))
                {
                    continue;
                }
                if (item.IsDirectory)
                    _meter.DirectoryDone();
                else
                    _meter.FileDone();
                if (_options.Arrived is { } arrived)
                {
                    lock (_options)
                        arrived(item.Path);
                }
            }
        }

        void StopIfFailed()
        {
            if (_options.FailFast && log.HasFailures)
                log.End(_meter.Result);
        }
    }
}
