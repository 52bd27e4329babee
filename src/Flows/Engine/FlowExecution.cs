using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;
using Cairn.Errors;
using Cairn.Flows.Engine;
using Cairn.Providers.Memory;

namespace Cairn.Flows;

/// <summary>Runs and resumes flows, for <see cref="Flow{TState}"/>.</summary>
internal static class FlowExecution
{
    /// <summary>Runs a flow.</summary>
    public static Task<Guid> RunAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunOptions options, CancellationToken cancellationToken)
        where TState : class, IFlowState, new() => ExecuteAsync(flow.Name, flow.Nodes, null, catalog, options, null, cancellationToken);

    /// <summary>Resumes a run.</summary>
    public static async Task<Guid> ResumeAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunReference? run, string? from, RunOptions? options, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        var (runs, merged, again) = await PrepareAsync(flow, catalog, run, from, options, cancellationToken).ConfigureAwait(false);
        var resumption = await Resumption.CreateAsync(runs, RunParameters.Check(merged).Json, again, catalog.Repository, cancellationToken).ConfigureAwait(false);
        return await ExecuteAsync(flow.Name, flow.Nodes, null, catalog, merged, resumption, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs the marked steps again, with the artifacts of a run and new input.</summary>
    public static async Task<Guid> ReplayAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunReference run, Action<TState> input, RunOptions options, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        RequireArtifacts(options);
        var nodes = Replay.NodesOf(flow.Name, flow.Nodes, Bodies.Of<TState>((state, _) => input(state)));
        var records = (await catalog.Runs.ReadRecordsAsync(run, withOrigins: false, cancellationToken).ConfigureAwait(false))[0];
        var recorded = new RecordedRun(records.Run, records.Tasks);
        if (recorded.Run.Flow != flow.Name)
            throw Refused($"the run is one of the flow '{ErrorText.Escape(recorded.Run.Flow)}'", "Give a run of this flow.");
        var last = recorded.Tasks.Where(t => t.Item is null && RecordedRun.HasSucceeded(t)).MaxBy(t => t.Order) ?? throw Refused("no step of the run has succeeded", "Give a run that has succeeded.");
        var start = new Branch(recorded.StateAfter(last), last.TaskId, null, null, null, IsTakenOver: false);
        var merged = RunParameters.Merge(recorded.Parameters, options) with { Origin = recorded.Run.RunId };
        return await ExecuteAsync($"{flow.Name}-replay", nodes, start, catalog, merged, null, cancellationToken).ConfigureAwait(false);

        StoreException Refused(string reason, string advice) =>
            new StoreException(new StoreFault(StoreErrorCode.PreconditionFailed, reason) { Advice = advice }).WithContext($"replay {run} in", catalog.Repository.Store.Root);
    }

    /// <summary>Plans a resumption.</summary>
    public static async Task<ResumePlan> PlanAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunReference? run, string? from, RunOptions? options, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        var (runs, merged, again) = await PrepareAsync(flow, catalog, run, from, options, cancellationToken).ConfigureAwait(false);
        var resumption = await Resumption.CreateAsync(runs, RunParameters.Check(merged).Json, again, catalog.Repository, cancellationToken).ConfigureAwait(false);
        return new ResumePlanner<TState>(flow.Nodes, resumption).Plan(runs[0].Run.RunId);
    }

    /// <summary>Runs one task of a run that another process has begun.</summary>
    public static async Task RunTaskAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunReference run, string step, string? item, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        var (recorded, node) = await FindForEachAsync(flow, catalog, run, step, Refused, cancellationToken).ConfigureAwait(false);
        var (branch, split, index) = SingleTask.Find(recorded, step, item, Refused);
        // A scheduler may start a task twice.
        if (recorded.Tasks.Any(t => t.Step == step && t.Item == branch.Item && t.Items is null && RecordedRun.HasSucceeded(t)))
            return;
        if (recorded.Run.FinishedAt is not null)
            throw Refused(StoreErrorCode.PreconditionFailed, $"the run has ended: {recorded.Run.Status}", "Resume it: the new run has the tasks that are left.");
        var steps = FlowRunner<TState>.Describe(flow.Nodes);
        var joined = catalog.JoinRun(recorded.Run, cancellationToken);
        using var signals = joined.Signals;
        foreach (var task in recorded.Tasks.Where(RecordedRun.HasSucceeded))
            joined.Writer.Add(task);
        var tasks = new TaskRunner<TState>(joined, catalog.Repository, steps, null, new(catalog, joined, new TState().Slots), new(catalog, joined.Writer))
        {
            FirstAttempt = SingleTask.NextAttempt(recorded, step, branch.Item),
        };
        var items = new SplitItems<TState>(split.Items!, stopping => node.Items.LoadAsync(catalog.Repository, SingleTask.ItemsOf(split), stopping));
        await tasks.RunItemAsync(node, branch, items, index, joined.CancellationToken).ConfigureAwait(false);

        StoreException Refused(StoreErrorCode code, string reason, string advice) =>
            new StoreException(new StoreFault(code, reason) { Advice = advice }).WithContext($"run a task of {run} in", catalog.Repository.Store.Root);
    }

    /// <summary>Returns the items of a foreach whose tasks have not ended.</summary>
    public static async Task<IReadOnlyList<string>> ListPendingItemsAsync<TState>(Flow<TState> flow, Catalog.Catalog catalog, RunReference run, string step, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        var (recorded, _) = await FindForEachAsync(flow, catalog, run, step, Refused, cancellationToken).ConfigureAwait(false);
        return SingleTask.Pending(recorded, step, Refused);

        StoreException Refused(StoreErrorCode code, string reason, string advice) =>
            new StoreException(new StoreFault(code, reason) { Advice = advice }).WithContext($"list the items of {run} in", catalog.Repository.Store.Root);
    }

    private static async Task<(RecordedRun Run, ForEachNode<TState> Node)> FindForEachAsync<TState>(
        Flow<TState> flow, Catalog.Catalog catalog, RunReference run, string step, Func<StoreErrorCode, string, string, StoreException> refused, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        var records = (await catalog.Runs.ReadRecordsAsync(run, withOrigins: false, cancellationToken).ConfigureAwait(false))[0];
        var recorded = new RecordedRun(records.Run, records.Tasks);
        if (recorded.Run.Flow != flow.Name)
            throw refused(StoreErrorCode.PreconditionFailed, $"the run is one of the flow '{ErrorText.Escape(recorded.Run.Flow)}'", "Give a run of this flow.");
        var all = flow.Nodes.OfType<ForEachNode<TState>>().ToList();
        var node = all.Find(n => n.Name == step)
            ?? throw refused(StoreErrorCode.NotFound, $"the flow has no foreach '{ErrorText.Escape(step)}'", all.Count == 0 ? "It has none." : $"It has {string.Join(", ", all.Select(n => n.Name))}.");
        return (recorded, node);
    }

    private static async Task<(IReadOnlyList<RecordedRun> Runs, RunOptions Options, IReadOnlySet<string> Again)> PrepareAsync<TState>(
        Flow<TState> flow, Catalog.Catalog catalog, RunReference? run, string? from, RunOptions? options, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        if (options is not null)
            RequireArtifacts(options);
        var found = run is { } reference
            ? await catalog.Runs.GetAsync(reference, cancellationToken: cancellationToken).ConfigureAwait(false)
            : await catalog.Flow(flow.Name).RunsAsync(cancellationToken: cancellationToken).FirstOrDefaultAsync(r => r.Status != RunStatus.Succeeded, cancellationToken).ConfigureAwait(false)
                ?? throw Refused(StoreErrorCode.NotFound, "no run of the flow has ended without success", $"Give the run, such as {flow.Name}/latest, to repeat a part of one that has succeeded.");
        if (found.Flow != flow.Name)
            throw Refused(StoreErrorCode.PreconditionFailed, $"the run is one of the flow '{ErrorText.Escape(found.Flow)}'", "Give a run of this flow.");
        // A new run does not disturb one that is running; whoever names it knows that its process is gone.
        if (run is null && found.Status is RunStatus.Running or RunStatus.Pending)
        {
            throw Refused(StoreErrorCode.PreconditionFailed, "the newest run is running",
                $"Wait for its end. If its process is gone, name the run to resume it at once: {found.Reference}. Without a sign of life, it counts as lost after three minutes.");
        }
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

    private static void RequireArtifacts(RunOptions options)
    {
        if (!options.SaveArtifacts)
            throw new ArgumentException("A run that begins with the artifacts of another one saves its own. Set SaveArtifacts, or plan the resumption.", nameof(options));
    }

    private static async Task<Guid> ExecuteAsync<TState>(
        string name, IReadOnlyList<FlowNode<TState>> nodes, Branch? start, Catalog.Catalog catalog, RunOptions options, Resumption? resumption, CancellationToken cancellationToken)
        where TState : class, IFlowState, new()
    {
        RequireMaterializers(name, new TState().Slots, catalog.Repository);
        var steps = FlowRunner<TState>.Describe(nodes);
        var run = await catalog.StartRunAsync(name, steps, options, cancellationToken).ConfigureAwait(false);
        await using var ending = run.ConfigureAwait(false);
        if (run.IsExisting)
            return run.Id;
        try
        {
            // The run has taken over the key of a lost one: what that one has done is not done again.
            if (resumption is null && start is null && run.Writer.Record.Origin is { } lost && lost != options.Origin)
                resumption = await ResumptionOfAsync(catalog, lost, run.Writer.Parameters.Json, run.CancellationToken).ConfigureAwait(false);
            await ExecuteAsync(nodes, start, catalog, run, steps, resumption).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await run.EndAsync(e).ConfigureAwait(false);
            throw;
        }
        await run.CompleteAsync().ConfigureAwait(false);
        return run.Id;
    }

    /// <summary>Refuses a state that cannot be saved, before the first step runs. A type that can be derived from is not known before there is a value.</summary>
    private static void RequireMaterializers(string flow, IReadOnlyList<StateSlot> slots, ArtifactRepository repository)
    {
        foreach (var slot in slots)
        {
            var type = Nullable.GetUnderlyingType(slot.ValueType) ?? slot.ValueType;
            if (slot.IsSecret || !type.IsSealed)
                continue;
            try
            {
                repository.Materializers.Resolve(type);
            }
            catch (MaterializationException e)
            {
                e.WithContext($"run the flow '{ErrorText.Escape(flow)}', whose state has the property {slot}");
                throw;
            }
        }
    }

    private static async Task<Resumption> ResumptionOfAsync(Catalog.Catalog catalog, Guid run, JsonObject? parameters, CancellationToken cancellationToken)
    {
        var records = await catalog.Runs.ReadRecordsAsync(RunReference.OfRun(run), withOrigins: true, cancellationToken).ConfigureAwait(false);
        return await Resumption.CreateAsync(
            [.. records.Select(r => new RecordedRun(r.Run, r.Tasks))], parameters, new HashSet<string>(StringComparer.Ordinal), catalog.Repository, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ExecuteAsync<TState>(
        IReadOnlyList<FlowNode<TState>> nodes, Branch? start, Catalog.Catalog catalog, Run run, IReadOnlyList<StepRecord> steps, Resumption? resumption)
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

        Task RunAsync(ArtifactRepository state)
        {
            var tasks = new TaskRunner<TState>(run, state, steps, resumption, new(catalog, run, new TState().Slots), new(catalog, run.Writer));
            return new FlowRunner<TState>(nodes, tasks, new(catalog, run.Id, run.Writer.Progress)).RunAsync(start, run.CancellationToken);
        }
    }
}
