using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>Checks the version when it deletes one file, but not when it deletes several.</summary>
internal sealed class DeletesAnyVersionInBatches(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        Inner.DeleteAsync(request.Targets.Count == 1 ? request : request with { Targets = [.. request.Targets.Select(t => t with { IfMatch = null })] }, cancellationToken);
}

/// <summary>Fails to delete a version of a file that no longer exists.</summary>
internal sealed class FailsToDeleteAVersionThatIsGone(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = await Inner.DeleteAsync(request, cancellationToken);
        return [.. results.Zip(request.Targets, (r, t) => r.Outcome == DeleteOutcome.Missing && t.IfMatch is not null
            ? new DeleteResult(r.Path, DeleteOutcome.Failed, new StoreException(StoreErrorCode.PreconditionFailed, "nothing is there"))
            : r)];
    }
}

/// <summary>Deletes everything below the name of a deleted file.</summary>
internal sealed class DeletesTheTreeOfThatName(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        foreach (var target in request.Targets.Where(t => t.Kind == EntryKind.File))
        {
            var below = new List<DeleteTarget>();
            await foreach (var page in Inner.ListAsync(new ListRequest(target.Path, Recursive: true), cancellationToken))
                below.AddRange(page.Select(e => new DeleteTarget(e.Path, e.Kind)));
            await Inner.DeleteAsync(new DeleteRequest(below), cancellationToken);
        }
        return await Inner.DeleteAsync(request, cancellationToken);
    }
}

/// <summary>Stops a batch at its first failure and reports the remaining files as deleted.</summary>
internal sealed class LeavesABatchAtItsFirstFailure(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = new List<DeleteResult>();
        var failed = false;
        foreach (var target in request.Targets)
        {
            var result = failed ? new DeleteResult(target.Path, DeleteOutcome.Deleted) : (await Inner.DeleteAsync(request with { Targets = [target] }, cancellationToken))[0];
            failed |= result.Outcome == DeleteOutcome.Failed;
            results.Add(result);
        }
        return results;
    }
}

/// <summary>Removes a directory with its last file, even if it was created explicitly.</summary>
internal sealed class SweepsEmptyDirectories(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = await Inner.DeleteAsync(request, cancellationToken);
        foreach (var parent in request.Targets.Where(t => t.Kind == EntryKind.File).Select(t => t.Path.Parent).Distinct().Where(p => !p.IsRoot))
        {
            var empty = true;
            await foreach (var page in Inner.ListAsync(new ListRequest(parent, Recursive: true), cancellationToken))
                empty &= page.Count == 0;
            if (empty)
                await Inner.DeleteAsync(new DeleteRequest([new DeleteTarget(parent, EntryKind.Directory)]), cancellationToken);
        }
        return results;
    }
}

/// <summary>Forgets that a directory was created explicitly once it contains a file.</summary>
internal sealed class ForgetsMadeDirectories(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        var upload = await Inner.BeginUploadAsync(request, cancellationToken);
        return request.Path.Parent.IsRoot ? upload : new Upload(upload, Inner, request.Path.Parent);
    }

    private sealed class Upload(StoreUpload inner, StoreDriver driver, StorePath parent) : DelegatingStoreUpload(inner)
    {
        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            var info = await Inner.CompleteAsync(last, cancellationToken);
            await driver.DeleteAsync(new DeleteRequest([new DeleteTarget(parent, EntryKind.Directory)]), cancellationToken);
            return info;
        }
    }
}

/// <summary>Fails to create a directory that already exists.</summary>
internal sealed class MakesADirectoryOnce(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        await foreach (var page in Inner.ListAsync(new ListRequest(path.Parent, Recursive: false), cancellationToken))
        {
            if (page.Any(e => e.IsDirectory && e.Path == path))
                throw new StoreException(StoreErrorCode.AlreadyExists, "a directory is already there");
        }
        await Inner.MakeDirectoryAsync(path, cancellationToken);
    }
}

/// <summary>Removes all staged uploads instead of one.</summary>
internal sealed class RemovesAllThatIsStaged(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        await foreach (var each in Inner.ListStagedAsync(cancellationToken))
            await Inner.RemoveStagedAsync(each, cancellationToken);
    }
}

/// <summary>Fails to remove a staged upload that no longer exists.</summary>
internal sealed class FailsToRemoveStagedThatIsGone(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        var there = false;
        await foreach (var each in Inner.ListStagedAsync(cancellationToken))
            there |= each.Id == staged.Id;
        if (!there)
            throw new StoreException(StoreErrorCode.NotFound, "the staged upload does not exist");
        await Inner.RemoveStagedAsync(staged, cancellationToken);
    }
}

/// <summary>Hides a removed staged upload, but publishes it when its writer continues.</summary>
internal sealed class PublishesWhatWasRemoved(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private readonly ConcurrentDictionary<string, bool> _removed = new();

    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        _removed[staged.Id] = true;
        return ValueTask.CompletedTask;
    }

    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var each in Inner.ListStagedAsync(cancellationToken))
        {
            if (!_removed.ContainsKey(each.Id))
                yield return each;
        }
    }
}
