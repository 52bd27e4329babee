using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;
using Cairn.Flows.Engine;
using Cairn.Flows.Resuming;
using Cairn.Providers.Memory;

namespace Cairn.Flows;

/// <summary>Runs and resumes flows.</summary>
public static class FlowExecution
{
    /// <summary>Runs a flow, and records it.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    /// <param name="flow">The flow.</param>
    /// <param name="catalog">The catalog that records the run.</param>
    /// <param name="options">Parameters, secrets, tags. Optional.</param>
    /// <param name="cancellationToken">Cancels the run, which ends as cancelled.</param>
    /// <returns>The id of the run, when its end is published. The error of a task that fails the run is thrown as it is.</returns>
    public static Task<Guid> RunAsync<TState>(this Flow<TState> flow, Catalog.Catalog catalog, RunOptions? options = null, CancellationToken cancellationToken = default)
        where TState : class, IFlowState, new()
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(catalog);
        return ExecuteAsync(flow, catalog, options ?? new(), null, cancellationToken);
    }

    /// <summary>Resumes a run: a new run takes over what the earlier one has finished, without copying it, and runs the rest.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    /// <param name="flow">The flow.</param>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run. Default: the newest run of the flow that has not succeeded.</param>
    /// <param name="from">The step that runs again, with all after it. Default: none that has succeeded.</param>
    /// <param name="options">Changes to the run's options: parameters and secrets given here replace those of the earlier run, and the others are kept. Tasks that have read a changed parameter run again. Optional.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The id of the new run, when its end is published.</returns>
    /// <remarks>
    /// A task is taken over if it succeeded, its outputs exist, each parameter that it has read has the same value, and the tasks before it are taken over. The code of a step is not compared: give
    /// <paramref name="from"/> when it has changed. A task that had not ended begins with its newest checkpoint.
    /// </remarks>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such run. <see cref="StoreErrorCode.PreconditionFailed"/>: the run is one of another flow, or is running.</exception>
    public static async Task<Guid> ResumeAsync<TState>(
        this Flow<TState> flow, Catalog.Catalog catalog, RunReference? run = null, string? from = null, RunOptions? options = null, CancellationToken cancellationToken = default)
        where TState : class, IFlowState, new()
    {
        var (runs, merged, again) = await PrepareAsync(flow, catalog, run, from, options, cancellationToken).ConfigureAwait(false);
        var resumption = await Resumption.CreateAsync(runs, RunParameters.Check(merged).Json, again, catalog.Repository, cancellationToken).ConfigureAwait(false);
        return await ExecuteAsync(flow, catalog, merged, resumption, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns what <see cref="ResumeAsync"/> would take over and run. Nothing is changed.</summary>
    /// <typeparam name="TState">The state.</typeparam>
    /// <param name="flow">The flow.</param>
    /// <param name="catalog">The catalog that has the run.</param>
    /// <param name="run">The run. Default: the newest run of the flow that has not succeeded.</param>
    /// <param name="from">The step that runs again, with all after it. Default: none that has succeeded.</param>
    /// <param name="options">Changes to the run's options. Optional.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public static async Task<ResumePlan> PlanAsync<TState>(
        this Flow<TState> flow, Catalog.Catalog catalog, RunReference? run = null, string? from = null, RunOptions? options = null, CancellationToken cancellationToken = default)
        where TState : class, IFlowState, new()
    {
        var (runs, merged, again) = await PrepareAsync(flow, catalog, run, from, options, cancellationToken).ConfigureAwait(false);
        var resumption = await Resumption.CreateAsync(runs, RunParameters.Check(merged).Json, again, catalog.Repository, cancellationToken).ConfigureAwait(false);
        return new ResumePlanner<TState>(flow.Nodes, resumption).Plan(runs[0].Run.Run);
    }

    private static async Task<(IReadOnlyList<RecordedRun> Runs, RunOptions Options, IReadOnlySet<string> Again)> PrepareAsync<TState>(
        Flow<TState> flow, Catalog.Catalog catalog, RunReference? run, string? from, RunOptions? options, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(catalog);
        var found = run is { } reference
            ? await catalog.Runs.GetAsync(reference, cancellationToken: cancellationToken).ConfigureAwait(false)
            : await catalog.Flow(flow.Name).RunsAsync(cancellationToken: cancellationToken).FirstOrDefaultAsync(r => r.Status != RunStatus.Succeeded, cancellationToken).ConfigureAwait(false)
                ?? throw Refused(StoreErrorCode.NotFound, "no run of the flow has ended without success", "Give the run, such as latest, to repeat a part of one that has succeeded.");
        if (found.Flow != flow.Name)
            throw Refused(StoreErrorCode.PreconditionFailed, $"the run is one of the flow '{ErrorText.Escape(found.Flow)}'", "Give a run of this flow.");
        if (found.Status is RunStatus.Running or RunStatus.Pending)
            throw Refused(StoreErrorCode.PreconditionFailed, "the run is running", "Wait for its end, or end it by hand with `cairn run close` if its process is gone; three minutes without a sign of life, it counts as lost.");
        var steps = FlowRunner<TState>.Describe(flow.Nodes);
        if (from is not null && !steps.Any(s => s.Name == from))
            throw Refused(StoreErrorCode.NotFound, $"the flow has no step '{ErrorText.Escape(from)}'", $"It has {string.Join(", ", steps.Select(s => s.Name))}.");
        var records = await catalog.Runs.ReadRecordsAsync(RunReference.OfRun(found.Id), withOrigins: true, cancellationToken).ConfigureAwait(false);
        var runs = records.Select(r => new RecordedRun(r.Run, r.Tasks)).ToList();
        // The steps after it follow, since the one before them runs.
        var again = from is null ? new HashSet<string>(StringComparer.Ordinal) : new(StringComparer.Ordinal) { from };
        return (runs, RunParameters.Merge(runs[0].Parameters, options ?? new()) with { Origin = found.Id }, again);

        StoreException Refused(StoreErrorCode code, string reason, string advice) =>
            new StoreException(new StoreFault(code, reason) { Advice = advice }).WithContext($"resume the flow {flow.Name} in", catalog.Repository.Store.Root);
    }

    private static async Task<Guid> ExecuteAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunOptions options, Resumption? resumption, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        var steps = FlowRunner<TState>.Describe(flow.Nodes);
        var run = await catalog.StartRunAsync(flow.Name, steps, options, cancellationToken).ConfigureAwait(false);
        await using var ending = run.ConfigureAwait(false);
        try
        {
            await ExecuteAsync(flow, run, steps, resumption).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await run.EndAsync(e).ConfigureAwait(false);
            throw;
        }
        await run.CompleteAsync().ConfigureAwait(false);
        return run.Id;
    }

    private static async Task ExecuteAsync<TState>(Flow<TState> flow, Run run, IReadOnlyList<StepRecord> steps, Resumption? resumption)
        where TState : class, IFlowState, new()
    {
        var repository = run.Writer.Repository;
        if (run.Writer.Options.SaveArtifacts)
        {
            await RunAsync(repository).ConfigureAwait(false);
            return;
        }
        // The state of a dry run is in memory, and forgotten at its end.
        var scratch = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{run.Id:N}", cancellationToken: run.CancellationToken).ConfigureAwait(false);
        await using var forgetting = scratch.ConfigureAwait(false);
        await RunAsync(new(scratch, repository.Materializers)).ConfigureAwait(false);

        Task RunAsync(ArtifactRepository state) => new FlowRunner<TState>(flow.Nodes, new(run, state, steps, resumption)).RunAsync(run.CancellationToken);
    }
}
