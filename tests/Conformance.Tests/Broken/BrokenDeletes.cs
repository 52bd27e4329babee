using Cairn.Providers;

namespace Cairn.Conformance.Tests.Broken;

/// <summary>A driver whose deletes are broken in the way that <see cref="Change"/> says.</summary>
internal abstract class BrokenDeletes(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        [.. Change(await Inner.DeleteAsync(request, cancellationToken))];

    protected abstract IEnumerable<DeleteResult> Change(IReadOnlyList<DeleteResult> results);
}

/// <summary>Reports every path as deleted, even a missing one.</summary>
internal sealed class SaysDeletedOfWhatWasMissing(StoreDriver inner) : BrokenDeletes(inner)
{
    protected override IEnumerable<DeleteResult> Change(IReadOnlyList<DeleteResult> results) => results.Select(r => r with { Outcome = DeleteOutcome.Deleted });
}

/// <summary>Fails to delete a missing file.</summary>
internal sealed class FailsToDeleteWhatIsMissing(StoreDriver inner) : BrokenDeletes(inner)
{
    protected override IEnumerable<DeleteResult> Change(IReadOnlyList<DeleteResult> results) =>
        results.Select(r => r.Outcome == DeleteOutcome.Missing ? new DeleteResult(r.Path, DeleteOutcome.Failed, new FileNotFoundException("It is not there.")) : r);
}

/// <summary>Returns the results of a batch in a different order.</summary>
internal sealed class AnswersInAnyOrder(StoreDriver inner) : BrokenDeletes(inner)
{
    protected override IEnumerable<DeleteResult> Change(IReadOnlyList<DeleteResult> results) => results.Reverse();
}

/// <summary>Fails to delete the second file of a batch and reports success.</summary>
internal sealed class SwallowsDeleteFailures(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var done = await Inner.DeleteAsync(request with { Targets = [.. request.Targets.Where((_, i) => i != 1)] }, cancellationToken);
        return [.. done.Take(1), .. request.Targets.Skip(1).Take(1).Select(t => new DeleteResult(t.Path, DeleteOutcome.Deleted)), .. done.Skip(1)];
    }
}

/// <summary>Deletes every file whose name has the same prefix.</summary>
internal sealed class DeletesByPrefix(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = await Inner.DeleteAsync(request, cancellationToken);
        foreach (var target in request.Targets.Where(t => t.Kind == EntryKind.File))
        {
            var alike = new List<DeleteTarget>();
            await foreach (var page in Inner.ListAsync(new ListRequest(target.Path.Parent, Recursive: true) { NamePrefix = target.Path.Name }, cancellationToken))
                alike.AddRange(page.Select(e => new DeleteTarget(e.Path, e.Kind)));
            await Inner.DeleteAsync(new DeleteRequest(alike), cancellationToken);
        }
        return results;
    }
}

/// <summary>Deletes any version.</summary>
internal sealed class DeletesAnyVersion(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        Inner.DeleteAsync(request with { Targets = [.. request.Targets.Select(t => t with { IfMatch = null })] }, cancellationToken);
}

/// <summary>Does not delete markers.</summary>
internal sealed class KeepsMarkers(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = await Inner.DeleteAsync(request with { Targets = [.. request.Targets.Where(t => t.Kind == EntryKind.File)] }, cancellationToken);
        var next = 0;
        return [.. request.Targets.Select(t => t.Kind == EntryKind.File ? results[next++] : new DeleteResult(t.Path, DeleteOutcome.Deleted))];
    }
}
