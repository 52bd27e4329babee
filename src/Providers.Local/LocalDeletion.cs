using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local;

/// <summary>Deletes a batch. Consecutive files in one directory share one lock and one flush.</summary>
internal sealed class LocalDeletion(LocalTree tree, bool windowsNames, DeleteRequest request)
{
    private readonly DeleteResult[] _results = new DeleteResult[request.Targets.Count];

    /// <summary>Deletes all targets.</summary>
    /// <returns>One result per target.</returns>
    public IReadOnlyList<DeleteResult> Run(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _results.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = i + 1;
            while (end < _results.Length && request.Targets[end].Path.Parent == request.Targets[i].Path.Parent)
                end++;
            RunOfOneDirectory(i, end, cancellationToken);
            i = end;
        }
        return _results;
    }

    private static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;

    private void RunOfOneDirectory(int start, int end, CancellationToken cancellationToken)
    {
        var parent = request.Targets[start].Path.Parent;
        try
        {
            using var directory = parent.IsRoot || LocalPaths.CanHold(parent, windowsNames) ? tree.TryOpen(parent) : null;
            if (directory is null)
            {
                for (var i = start; i < end; i++)
                    _results[i] = Result(i, DeleteOutcome.Missing);
                return;
            }
            // A checked version remains current until it is deleted if no writer of the directory can publish.
            var isBound = request.Targets.Skip(start).Take(end - start).Any(static t => t.IfMatch is not null);
            using (directory.Lock(isBound, cancellationToken))
            {
                for (var i = start; i < end; i++)
                    Delete(directory, i);
            }
            if (Array.Exists(_results[start..end], r => r.Outcome == DeleteOutcome.Deleted))
                tree.Prune(parent, directory, cancellationToken);
        }
        catch (Exception e) when (IsFailure(e))
        {
            // This includes missing files: without a flush, they could reappear after a power failure.
            for (var i = start; i < end; i++)
                _results[i] = Result(i, DeleteOutcome.Failed, e);
        }
    }

    private void Delete(LocalDirectory directory, int i)
    {
        var (path, kind) = request.Targets[i];
        try
        {
            if (path.IsRoot)
                throw LocalErrors.IsDirectory();
            if (request.Targets[i].IfMatch is { } etag && LocalPaths.CanHold(path, windowsNames) && directory.Look(path.Name) is { Kind: LocalKind.File } there && there.ETag != etag)
                throw LocalErrors.Changed(there.ETag);
            var deleted = LocalPaths.CanHold(path, windowsNames) && (kind == EntryKind.Directory ? DeleteDirectory(directory, path) : directory.RemoveFile(path.Name));
            _results[i] = Result(i, deleted ? DeleteOutcome.Deleted : DeleteOutcome.Missing);
        }
        catch (Exception e) when (IsFailure(e))
        {
            _results[i] = Result(i, DeleteOutcome.Failed, e);
        }
    }

    private bool DeleteDirectory(LocalDirectory parent, StorePath path)
    {
        var outcome = parent.RemoveDirectory(path.Name);
        if (outcome == RemoveOutcome.NotEmpty)
        {
            var held = LocalLeftovers.ClearDirectory(tree, path);
            outcome = held is null ? parent.RemoveDirectory(path.Name) : throw LocalErrors.NotEmpty(held);
        }
        return outcome switch
        {
            RemoveOutcome.Removed => true,
            RemoveOutcome.Missing => false,
            RemoveOutcome.NotEmpty => throw LocalErrors.NotEmpty("an entry that was just created"),
            // A link to a directory is removed without its target.
            _ => parent.Look(path.Name) is { Kind: LocalKind.Link } ? parent.RemoveFile(path.Name) : throw LocalErrors.IsFile(),
        };
    }

    private DeleteResult Result(int i, DeleteOutcome outcome, Exception? error = null) => new(request.Targets[i].Path, outcome, error);
}
