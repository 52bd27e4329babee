using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.RunRecords;
using Cairn.Flows.Engine;
using Cairn.Providers.Memory;

namespace Cairn.Flows;

/// <summary>Runs flows.</summary>
public static class FlowExecution
{
    /// <summary>Runs a flow, and records it.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    /// <param name="flow">The flow.</param>
    /// <param name="catalog">The catalog that records the run.</param>
    /// <param name="options">Parameters, secrets, tags. Optional.</param>
    /// <param name="cancellationToken">Cancels the run, which ends as cancelled.</param>
    /// <returns>The id of the run, when its end is published. The error of a task that fails the run is thrown as it is.</returns>
    public static async Task<Guid> RunAsync<TState>(this Flow<TState> flow, Catalog.Catalog catalog, RunOptions? options = null, CancellationToken cancellationToken = default)
        where TState : class, IFlowState, new()
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(catalog);
        var steps = FlowRunner<TState>.Describe(flow.Nodes);
        var run = await catalog.StartRunAsync(flow.Name, steps, options ?? new(), cancellationToken).ConfigureAwait(false);
        await using var ending = run.ConfigureAwait(false);
        try
        {
            await RunAsync(flow, run, steps).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await run.EndAsync(e).ConfigureAwait(false);
            throw;
        }
        await run.CompleteAsync().ConfigureAwait(false);
        return run.Id;
    }

    private static async Task RunAsync<TState>(Flow<TState> flow, Run run, IReadOnlyList<StepRecord> steps)
        where TState : class, IFlowState, new()
    {
        var repository = run.Writer.Repository;
        if (run.Writer.Options.SaveArtifacts)
        {
            await new FlowRunner<TState>(flow.Nodes, new(run, repository, steps, null)).RunAsync(run.CancellationToken).ConfigureAwait(false);
            return;
        }
        // The state of a dry run is in memory, and forgotten at its end.
        var scratch = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{run.Id:N}", cancellationToken: run.CancellationToken).ConfigureAwait(false);
        await using var forgetting = scratch.ConfigureAwait(false);
        await new FlowRunner<TState>(flow.Nodes, new(run, new(scratch, repository.Materializers), steps, null)).RunAsync(run.CancellationToken).ConfigureAwait(false);
    }
}
