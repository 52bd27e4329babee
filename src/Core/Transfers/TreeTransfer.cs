using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Cairn.Listing;

namespace Cairn.Transfers;

/// <summary>One file or empty directory of a tree that is transferred.</summary>
/// <param name="Path">Its path below the tree's root.</param>
/// <param name="IsDirectory">True for an empty directory.</param>
/// <param name="Length">The file's length.</param>
/// <param name="ETag">The file's etag; null where there is none.</param>
internal readonly record struct TransferItem(ArtifactPath Path, bool IsDirectory, long Length, string? ETag);

/// <summary>Transfers the items of a tree, several at a time, while they are still being found.</summary>
internal sealed class TreeTransfer
{
    /// <summary>How far finding runs ahead of copying: far enough to know most totals early, little enough to bound memory.</summary>
    private const int Ahead = 8192;

    private readonly TransferOptions _options;
    private readonly TransferMeter _meter;
    private readonly int _parallelism;
    private readonly Glob[] _include;
    private readonly Glob[] _exclude;

    /// <exception cref="ArgumentException">The mode is neither Replace nor CreateNew, or a glob is not valid.</exception>
    public TreeTransfer(TransferOptions? options, ArtifactStoreOptions defaults)
    {
        _options = options ?? new();
        if (_options.Mode.Kind is not (WriteModes.CreateNew or WriteModes.Replace))
            throw new ArgumentException("A tree is written with WriteMode.CreateNew or WriteMode.Replace.", nameof(options));
        _parallelism = _options.Parallelism ?? defaults.TreeParallelism;
        ArgumentOutOfRangeException.ThrowIfLessThan(_parallelism, 1, nameof(options));
        _include = [.. _options.Include.Select(Glob.Parse)];
        _exclude = [.. _options.Exclude.Select(Glob.Parse)];
        _meter = new(_options.Progress, defaults.TimeProvider);
    }

    public WriteMode Mode => _options.Mode;

    private bool IsFiltered => _include.Length + _exclude.Length > 0;

    /// <summary>
    /// Copies each item by <paramref name="copy"/>, which tells how many bytes have arrived, until all have or one has failed; then no other begins, and those under way are
    /// cancelled.
    /// </summary>
    public async Task<TransferSummary> RunAsync(
        IAsyncEnumerable<TransferItem> items, Func<TransferItem, Action<long>, CancellationToken, ValueTask> copy, CancellationToken cancellationToken)
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
        return _meter.Summary;

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
                    if (!IsWanted(item))
                        continue;
                    if (!item.IsDirectory)
                        _meter.Found(item.Length);
                    await queue.Writer.WriteAsync(item, stopping.Token).ConfigureAwait(false);
                }
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
                await copy(item, _meter.Moved, stopping.Token).ConfigureAwait(false);
                if (item.IsDirectory)
                    _meter.DirectoryDone();
                else
                    _meter.FileDone();
            }
        }
    }

    /// <summary>True when the caller has left a path out.</summary>
    public bool IsExcluded(ArtifactPath path) => Array.Exists(_exclude, g => g.IsMatch(path));

    private bool IsWanted(TransferItem item)
    {
        if (!IsFiltered)
            return true;
        return !item.IsDirectory
            && (_include.Length == 0 || Array.Exists(_include, g => g.IsMatch(item.Path)))
            && !IsExcluded(item.Path);
    }
}
