using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>
/// Makes a directory equal to a tree: copies the differences while both are listed in parallel, and then removes the other entries if nothing has failed.
/// </summary>
internal sealed class TreeSync(TreeSource source, StoreCore target, StorePath root, SyncOptions options, TreeTransfer transfer, TransferLog log)
{
    private readonly TreeComparison _comparison = new(source, target, root, options.ByContent);
    private readonly ConcurrentDictionary<StorePath, StoreEntry> _undecided = new();
    private readonly ConcurrentQueue<(TransferItem Item, StoreException Failure)> _blocked = new();
    private readonly List<DeleteTarget> _extra = [];
    private readonly Lock _telling = new();
    private long _files, _bytes, _directories, _kept;

    public async Task<TransferResult> RunAsync(CancellationToken cancellationToken)
    {
        if (!options.DryRun && !root.IsRoot && target.Capabilities.Directories == DirectoryKind.Real)
            await target.MakeDirectoryAsync(root, cancellationToken).ConfigureAwait(false);
        await transfer.TransferAsync(DifferencesAsync(cancellationToken), BringAsync, log, cancellationToken).ConfigureAwait(false);
        log.IsListed = true;
        var removed = await RemoveExtraAsync(cancellationToken).ConfigureAwait(false);
        await CopyBlockedAsync(cancellationToken).ConfigureAwait(false);
        return log.End(new(_files, _bytes, _directories) { Kept = _kept, Removed = removed });
    }

    /// <summary>What may have to be copied; what is left over in the target is taken note of.</summary>
    private async IAsyncEnumerable<TransferItem> DifferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (item, there) in _comparison.PairsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (item is null)
            {
                if (options.Delete && transfer.Filter.IsWanted(there!.Path.RelativeTo(root), there.IsDirectory))
                    _extra.Add(new(there.Path, there.Kind));
            }
            else if (there is null)
            {
                Tell(item.Value, "new");
                yield return item.Value;
            }
            else if (item.Value.IsDirectory)
                Interlocked.Increment(ref _kept);
            else if (!_comparison.TryDecide(item.Value, there, out var difference))
            {
                _undecided[item.Value.Path] = there;
                yield return item.Value;
            }
            else if (difference is null)
                Interlocked.Increment(ref _kept);
            else
            {
                Tell(item.Value, difference);
                yield return item.Value;
            }
        }
    }

    private async ValueTask BringAsync(TransferItem item, Action<long> progress, CancellationToken cancellationToken)
    {
        if (_undecided.TryRemove(item.Path, out var there))
        {
            if (await _comparison.DifferenceAsync(item, there, cancellationToken).ConfigureAwait(false) is not { } difference)
            {
                Interlocked.Increment(ref _kept);
                progress(item.Length);
                return;
            }
            Tell(item, difference);
        }
        if (item.IsDirectory && target.Capabilities.Directories == DirectoryKind.None)
            return;
        try
        {
            if (!options.DryRun)
                await source.CopyAsync(item, target, root / item.Path, WriteMode.Replace, progress, cancellationToken).ConfigureAwait(false);
            Count(item);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.PathConflict && options.Delete)
        {
            // A file stands where a folder is needed, or the other way round: it may be left over, and go.
            _blocked.Enqueue((item, e));
        }
    }

    private async ValueTask<long> RemoveExtraAsync(CancellationToken cancellationToken)
    {
        if (_extra.Count == 0 || (log.HasFailures && !options.DeleteDespiteFailures))
            return 0;
        if (options.MaxDelete is { } most && _extra.Count > most)
        {
            log.Fail(target.CreateException(
                StoreErrorCode.Unsupported, $"{_extra.Count} files and folders would be removed, more than the limit of {most}: none was", StoreOperations.Remove, root,
                    "List them with a dry run, then raise the limit."));
            return 0;
        }
        foreach (var extra in _extra)
            Tell(new(SyncAction.Remove, extra.Path.RelativeTo(root), extra.Kind == EntryKind.Directory, 0, "not in the source"));
        if (options.DryRun)
            return _extra.Count;
        var removed = 0L;
        var bounded = new ParallelOptions { MaxDegreeOfParallelism = target.Options.TreeParallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(_extra.Chunk(target.Capabilities.DeleteBatch), bounded, async (batch, stopping) =>
        {
            IReadOnlyList<DeleteResult> results;
            try
            {
                results = await target.DeleteAsync(new DeleteRequest(batch), root, stopping).ConfigureAwait(false);
            }
            catch (StoreException e)
            {
                foreach (var extra in batch)
                    log.Fail(new StoreException(StoreFaults.FromBaseLibrary(e), e).WithContext(StoreOperations.Remove, target.GetUri(extra.Path)));
                return;
            }
            foreach (var result in results)
            {
                if (result.Outcome == DeleteOutcome.Failed)
                    log.Fail(target.FailureOf(result, StoreOperations.Remove));
                else if (result.Outcome == DeleteOutcome.Deleted)
                    Interlocked.Increment(ref removed);
            }
        }).ConfigureAwait(false);
        if (target.Capabilities.Directories == DirectoryKind.Real)
            await RemoveEmptiedAsync(cancellationToken).ConfigureAwait(false);
        return removed;
    }

    /// <summary>A real directory that has become empty shows only in a new listing, and its parent after it.</summary>
    private async ValueTask RemoveEmptiedAsync(CancellationToken cancellationToken)
    {
        for (var removed = true; removed;)
        {
            removed = false;
            await foreach (var (item, there) in _comparison.PairsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (item is null && there!.IsDirectory && transfer.Filter.IsWanted(there.Path.RelativeTo(root), isDirectory: true))
                    removed |= await target.RemoveAsync(there.Path, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What was in the way may be gone now.</summary>
    private async ValueTask CopyBlockedAsync(CancellationToken cancellationToken)
    {
        var givesUp = log.HasFailures && !options.DeleteDespiteFailures;
        foreach (var (item, failure) in _blocked)
        {
            if (givesUp)
            {
                log.Fail(failure);
                continue;
            }
            try
            {
                await source.CopyAsync(item, target, root / item.Path, WriteMode.Replace, null, cancellationToken).ConfigureAwait(false);
                Count(item);
            }
            catch (Exception e) when (log.TryFail(e, item.Path))
            {
            }
        }
    }

    private void Count(TransferItem item)
    {
        if (item.IsDirectory)
        {
            Interlocked.Increment(ref _directories);
            return;
        }
        Interlocked.Increment(ref _files);
        Interlocked.Add(ref _bytes, item.Length);
    }

    private void Tell(TransferItem item, string reason)
    {
        if (!item.IsDirectory || target.Capabilities.Directories != DirectoryKind.None)
            Tell(new(item.IsDirectory ? SyncAction.MakeDirectory : SyncAction.Copy, item.Path, item.IsDirectory, item.Length, reason));
    }

    private void Tell(SyncStep step)
    {
        if (options.Step is not { } tell)
            return;
        lock (_telling)
            tell(step);
    }
}
