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

    /// <summary>Runs the steps that are marked with <see cref="StepOptions.Replay"/> again, with new input and the artifacts of a run: what it has trained is applied to new data.</summary>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run. Its state after its last step is the one that the replay begins with.</param>
    /// <param name="input">Sets what is new in the state.</param>
    /// <param name="options">Changes to the run's options: parameters and secrets given here replace those of the earlier run, and the others are kept. Optional.</param>
    /// <param name="cancellationToken">Cancels the replay.</param>
    /// <returns>The id of the new run, when its end is published. It is a run of the flow <c>NAME-replay</c>, so that it is never the latest run of this one; its
    /// origin is <paramref name="run"/>.</returns>
    /// <exception cref="InvalidOperationException">No step is marked, or one inside a split whose first step is not.</exception>
    /// <exception cref="Cairn.StoreException"><see cref="Cairn.StoreErrorCode.NotFound"/>: there is no such run. <see cref="Cairn.StoreErrorCode.PreconditionFailed"/>: it is one of another flow,
    /// or none of its steps has succeeded.</exception>
    public Task<Guid> ReplayAsync(Catalog.Catalog catalog, RunReference run, Action<TState> input, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(input);
        return FlowExecution.ReplayAsync(this, catalog, run, input, options ?? new(), cancellationToken);
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
