using Cairn.Catalog;

namespace Cairn.Flows;

public sealed partial class Flow<TState>
{
    /// <inheritdoc/>
    public Task<Guid> RunAsync(Catalog.Catalog catalog, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return FlowExecution.RunAsync(this, catalog, options ?? new(), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Guid> ResumeAsync(Catalog.Catalog catalog, RunReference? run = null, string? from = null, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return FlowExecution.ResumeAsync(this, catalog, run, from, options, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ResumePlan> PlanAsync(Catalog.Catalog catalog, RunReference? run = null, string? from = null, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return FlowExecution.PlanAsync(this, catalog, run, from, options, cancellationToken);
    }

    /// <inheritdoc/>
    public Task RunTaskAsync(Catalog.Catalog catalog, RunReference run, string step, string item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(step);
        ArgumentException.ThrowIfNullOrEmpty(item);
        return FlowExecution.RunTaskAsync(this, catalog, run, step, item, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListPendingItemsAsync(Catalog.Catalog catalog, RunReference run, string step, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrEmpty(step);
        return FlowExecution.ListPendingItemsAsync(this, catalog, run, step, cancellationToken);
    }
}
