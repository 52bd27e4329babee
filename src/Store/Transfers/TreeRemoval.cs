using Cairn.Engine;
using Cairn.Errors;
using Cairn.Listing;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>Removes a tree: files in batches during the listing, and then directories from the deepest upwards.</summary>
/// <param name="store">The store.</param>
/// <param name="root">The root of the tree. A file at this path is removed, too, unless only some versions are removed.</param>
/// <param name="only">The versions to remove, by path; a file in another version is kept and is a failure. Null for all.</param>
internal sealed class TreeRemoval(StoreCore store, StorePath root, IReadOnlyDictionary<StorePath, StoreEntry>? only = null)
{
    private readonly List<StoreException> _failures = [];
    private readonly List<StorePath> _directories = [];
    private long _files;
    private long _removed;

    /// <summary>Gets whether to stop after the first failure.</summary>
    public bool FailFast { get; init; }

    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(FileBatchesAsync(cancellationToken), Bounded(cancellationToken), RemoveBatchAsync).ConfigureAwait(false);
        // A directory that is not empty would fail later.
        foreach (var level in _directories.Where(_ => _failures.Count == 0).GroupBy(d => d.Depth).OrderByDescending(g => g.Key))
        {
            var targets = level.Select(d => new DeleteTarget(d, EntryKind.Directory));
            await Parallel.ForEachAsync(targets.Chunk(store.Capabilities.DeleteBatch), Bounded(cancellationToken), RemoveBatchAsync).ConfigureAwait(false);
        }
        if (_failures.Count > 0)
        {
            var failure = new BatchFailedException(_failures, _removed);
            failure.WithContext(StoreOperations.Remove, store.GetUri(root));
            throw failure;
        }
        return _files;
    }

    private ParallelOptions Bounded(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = store.Options.TreeParallelism, CancellationToken = cancellationToken };

    private async IAsyncEnumerable<DeleteTarget[]> FileBatchesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<DeleteTarget>(store.Capabilities.DeleteBatch);
        if (!root.IsRoot)
        {
            var info = await store.StatDriverAsync(root, cancellationToken).ConfigureAwait(false);
            if (info is { IsFile: true } && only is null)
                batch.Add(new DeleteTarget(root));
            if (info is { IsDirectory: true } || store.Capabilities.Directories == DirectoryKind.Virtual)
                _directories.Add(root);
        }
        var odd = new Queue<UnlistedEntry>();
        await foreach (var page in store.PagesAsync(new ListRequest(root, Recursive: true) { Unlisted = odd.Enqueue }, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in page)
            {
                if (entry.IsDirectory)
                {
                    _directories.Add(entry.Path);
                    continue;
                }
                if (only is not null && !(only.TryGetValue(entry.Path, out var known) && known.ETag == entry.ETag && known.Length == entry.Length))
                {
                    Fail(Changed(entry.Path));
                    continue;
                }
                if (batch.Count == store.Capabilities.DeleteBatch)
                {
                    yield return [.. batch];
                    batch.Clear();
                }
                batch.Add(new DeleteTarget(entry.Path) { IfMatch = only is not null && store.Capabilities.DeleteIfMatch ? entry.ETag : null });
            }
        }
        foreach (var entry in odd)
        {
            // A link is removed without its target; a pipe or a device is removed as a name. Other entries cannot be accessed.
            if (only is null && entry is { Kind: UnlistedKind.Link or UnlistedKind.Special, Path: { } path })
            {
                if (batch.Count == store.Capabilities.DeleteBatch)
                {
                    yield return [.. batch];
                    batch.Clear();
                }
                batch.Add(new DeleteTarget(path));
            }
            else
                Fail(new StoreException(StoreFaults.FromBaseLibrary(entry.Reason), entry.Reason).WithContext(StoreOperations.Remove, store.GetUri(entry.Path ?? entry.Directory)));
        }
        if (batch.Count > 0)
            yield return [.. batch];
    }

    private async ValueTask RemoveBatchAsync(DeleteTarget[] targets, CancellationToken cancellationToken)
    {
        if (FailFast && HasFailed)
            return;
        IReadOnlyList<DeleteResult> results;
        try
        {
            results = await store.DeleteAsync(new DeleteRequest(targets), root, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            foreach (var target in targets)
                Fail(new StoreException(StoreFaults.FromBaseLibrary(e), e).WithContext(StoreOperations.Remove, store.GetUri(target.Path)));
            return;
        }
        lock (_failures)
        {
            for (var i = 0; i < targets.Length; i++)
            {
                if (results[i].Outcome == DeleteOutcome.Failed)
                {
                    var failure = store.FailureOf(results[i], StoreOperations.Remove);
                    _failures.Add(targets[i].IfMatch is not null && failure.Code == StoreErrorCode.PreconditionFailed ? Changed(targets[i].Path) : failure);
                }
                else if (results[i].Outcome == DeleteOutcome.Deleted)
                {
                    _removed++;
                    _files += targets[i].Kind == EntryKind.File ? 1 : 0;
                }
            }
        }
    }

    private bool HasFailed
    {
        get
        {
            lock (_failures)
                return _failures.Count > 0;
        }
    }

    private StoreException Changed(StorePath path) =>
        store.CreateException(StoreErrorCode.PreconditionFailed, "it changed or came while the directory was moved, and stays", StoreOperations.Move, path, "Move it again.");

    private void Fail(StoreException failure)
    {
        lock (_failures)
            _failures.Add(failure);
    }
}
