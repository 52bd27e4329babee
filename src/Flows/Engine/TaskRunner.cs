using System.Collections.Concurrent;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;

namespace Cairn.Flows.Engine;

/// <summary>Names that all flows share.</summary>
internal static class TaskRunner
{
    /// <summary>The output of a task that splits which has the items.</summary>
    public const string ItemsOutput = "items";
}

/// <summary>Runs the tasks of a flow: binds the state, calls the code, saves what it has set, and publishes the record. Thread-safe.</summary>
/// <param name="run">The run.</param>
/// <param name="repository">Where the state is: the run's repository, or one that a dry run forgets.</param>
/// <param name="steps">The steps in order.</param>
/// <param name="resumption">What is taken over from earlier runs; null for nothing.</param>
/// <param name="cache">Finds tasks with equal inputs.</param>
/// <param name="prefetch">Loads what a step has read the last time.</param>
internal sealed class TaskRunner<TState>(Run run, ArtifactRepository repository, IReadOnlyList<StepRecord> steps, Resumption? resumption, CacheLookup cache, Prefetch prefetch)
    where TState : class, IFlowState, new()
{
    // The tasks of the items have the same step, and read something else.
    private static readonly StepOptions _withoutPrefetch = new() { Prefetch = false };
    private static readonly bool _hasSecrets = new TState().Slots.Any(s => s.IsSecret);
    private readonly Dictionary<string, int> _order = steps.Index().ToDictionary(s => s.Item.Name, s => s.Index, StringComparer.Ordinal);
    private readonly ConcurrentQueue<TaskRecord> _taken = new();
    private readonly SemaphoreSlim _settling = new(1);
    private (string Step, string? Item)? _failed;

    /// <summary>Gets the number of the first attempt at a task.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>Reports that tasks are expected of a step.</summary>
    public void Expect(string step, int tasks) => run.Writer.Progress?.Expect(step, tasks);

    /// <summary>Finds the task to take over, if there is one.</summary>
    public TaskRecord? TryTake(string step, Branch branch) => resumption?.Find(step, branch, out _);

    /// <summary>The branch after a task that another process has run.</summary>
    public Branch Follow(TaskRecord task, Branch branch)
    {
        run.Writer.Add(task);
        run.Writer.Progress?.Count(task.Step, RunStatus.Succeeded);
        return branch.After(task.TaskId, task.State, null, isTakenOver: false);
    }

    /// <summary>Runs a plain step, or one of a branch.</summary>
    public Task<Branch> RunAsync(string step, StepOptions options, Branch branch, Func<TState, StepContext, Task> body, CancellationToken cancellationToken) =>
        RunAsync(step, options, branch, body, null, cancellationToken);

    /// <summary>Runs the task of an item.</summary>
    public Task<Branch> RunItemAsync(ForEachNode<TState> node, Branch item, SplitItems<TState> items, int index, CancellationToken cancellationToken) =>
        RunAsync(node.Name, node.Options, item, async (state, context) =>
        {
            var loaded = await items.LoadAsync(cancellationToken).ConfigureAwait(false);
            await loaded.BodyOf(index)(state, context).ConfigureAwait(false);
        }, async () => await (await items.LoadAsync(cancellationToken).ConfigureAwait(false)).SaveAsync(repository, index, cancellationToken).ConfigureAwait(false), cancellationToken);

    /// <summary>Enumerates the items of a foreach, and saves them.</summary>
    public async Task<(Branch Branch, SplitItems<TState> Items)> SplitAsync(ForEachNode<TState> node, Branch branch, CancellationToken cancellationToken)
    {
        if (resumption?.Find(node.Name, branch, out _) is { Items: { } keys } earlier && earlier.Outputs.GetValueOrDefault(TaskRunner.ItemsOutput) is { } stored)
            return (Take(earlier, branch), new(keys, stopping => node.Items.LoadAsync(repository, stored, stopping)));
        FlowItems<TState>? items = null;
        var after = await AttemptAsync(node.Name, _withoutPrefetch, branch, async (state, _) =>
        {
            items = node.Items.Enumerate(state);
            var saved = await items.SaveAsync(repository, cancellationToken).ConfigureAwait(false);
            return record => record with { Items = items.Keys, Outputs = new Dictionary<string, BlobDigest?>(StringComparer.Ordinal) { [TaskRunner.ItemsOutput] = saved } };
        }, cancellationToken, isSplit: true).ConfigureAwait(false);
        return (after, new(items!.Keys, _ => Task.FromResult(items)));
    }

    /// <summary>Runs a join.</summary>
    /// <returns>The branch after it, and whether its code has looked at the failures.</returns>
    public async Task<(Branch Branch, bool HasSeenFailures)> JoinAsync(
        JoinNode<TState> node, Branch branch, IReadOnlyList<(Branch, string)> ended, IReadOnlyList<JoinFailure> failed, CancellationToken cancellationToken)
    {
        if (failed.Count == 0 && ended.All(e => e.Item1.IsTakenOver) && resumption?.Find(node.Name, branch, out _) is { } earlier)
            return (Take(earlier, branch), true);
        var hasSeen = false;
        // The values of a branch that ran are not those that the join has read.
        if (branch.IsTakenOver && (failed.Count > 0 || !ended.All(e => e.Item1.IsTakenOver)))
            branch = branch with { IsTakenOver = false };
        var after = await AttemptAsync(node.Name, node.Options with { Prefetch = false }, branch, async (state, context) =>
        {
            var opened = new ConcurrentDictionary<TState, Branch>(ReferenceEqualityComparer.Instance);
            var merged = new ConcurrentDictionary<(string, StateValue), bool>();
            var inputs = new JoinInputs<TState>(state, branch.Values, ended, failed, Open, (slot, value) => merged[(slot.Name, value)] = true);
            foreach (var each in opened.Keys)
                await LoadAsync(each, cancellationToken).ConfigureAwait(false);
            var ahead = new ReadAhead(prefetch, node.Name, cancellationToken);
            await using (ahead.ConfigureAwait(false))
            {
                if (node.Options.Prefetch)
                    ahead.Follow(inputs);
                await node.Body(state, inputs, context).ConfigureAwait(false);
            }
            foreach (var each in opened.Keys)
                Return(each);
            hasSeen = inputs.HasSeenFailures;
            return record =>
            {
                foreach (var each in opened.Keys)
                    End(each);
                // What was taken over by reference counts as read, and so does what was read from the states of the branches.
                var read = opened.Keys.SelectMany(s => s.Slots).Where(s => s.IsRead && s.Value is not null).Select(s => (s.Name, Value: s.Value!.Value));
                return record with { Inputs = [.. record.Inputs.Union(read.Concat(merged.Keys.Select(m => (Name: m.Item1, Value: m.Item2))).Select(r => InputOf(r.Name, r.Value)))] };
            };

            TState Open(Branch input)
            {
                var bound = Bind(new TState(), input, node.Name, cancellationToken);
                opened[bound] = input;
                return bound;
            }
        }, cancellationToken).ConfigureAwait(false);
        return (after, hasSeen);
    }

    /// <summary>Publishes the records of the tasks that were taken over. They are in the feed before the first new task runs, so that a run that resumes this one finds them.</summary>
    public async Task SettleAsync()
    {
        if (resumption is null)
            return;
        await _settling.WaitAsync().ConfigureAwait(false);
        try
        {
            List<Catalog.Records.Record> records = [];
            while (_taken.TryDequeue(out var task))
                records.Add(task.ToRecord(run.Writer.Source));
            if (records.Count > 0)
                await run.Writer.PublishAsync(records, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _settling.Release();
        }
    }

    private static TaskInputRecord InputOf(string name, StateValue value) => new(name, "input", value.Artifact) { TaskId = value.Task, Output = value.Task is null ? null : name };

    private bool IsTried(StepOptions options, int attempt, Exception error) => options.Retry is { } retry && attempt - FirstAttempt + 1 < retry.MaxAttempts && retry.On(error);

    private TState Bind(TState state, Branch branch, string step, CancellationToken cancellationToken)
    {
        for (var i = 0; i < state.Slots.Count; i++)
        {
            var slot = state.Slots[i];
            slot.Bind(repository, branch.Values.TryGetValue(slot.Name, out var value) ? value : null, step, cancellationToken);
            if (branch.State is { } before)
                slot.CarryFrom(before.Slots[i]);
        }
        return state;
    }

    /// <summary>Runs the attempts at one task, and reports its progress.</summary>
    private Task<Branch> AttemptAsync(
        string step, StepOptions options, Branch branch, Func<TState, StepContext, Task<Func<TaskRecord, TaskRecord>?>> body, CancellationToken cancellationToken, bool isSplit = false) =>
        run.Writer.Progress is { } progress
            ? progress.TrackAsync(step, () => AttemptsAsync(step, options, branch, body, cancellationToken), isCounted: !isSplit, cancellationToken)
            : AttemptsAsync(step, options, branch, body, cancellationToken);

    private async Task<Branch> AttemptsAsync(
        string step, StepOptions options, Branch branch, Func<TState, StepContext, Task<Func<TaskRecord, TaskRecord>?>> body, CancellationToken cancellationToken)
    {
        await SettleAsync().ConfigureAwait(false);
        var checkpoint = resumption?.FindCheckpoint(step, branch);
        for (var attempt = FirstAttempt; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (branch.Slot is { } slot)
                await slot.TakeAsync(cancellationToken).ConfigureAwait(false);
            var state = Bind(new TState(), branch, step, cancellationToken);
            using var writer = new TaskWriter(run.Writer, new(run.Id, run.Writer.Source.NextId(), step)
            {
                Order = _order[step],
                Item = branch.Item,
                Index = branch.Index,
                Attempt = attempt,
                Base = branch.Task,
                Checkpoint = checkpoint,
            });
            var context = new StepContext(writer, cancellationToken) { Earlier = checkpoint };
            try
            {
                await LoadAsync(state, cancellationToken).ConfigureAwait(false);
                using var loaded = options.Prefetch ? await prefetch.LoadAsync(step, state, cancellationToken).ConfigureAwait(false) : null;
                // Code that computes without waiting must not hold the thread that starts the other branches.
                var complete = await Task.Run(() => body(state, context), cancellationToken).ConfigureAwait(false);
                Return(state);
                // The results are saved even if another item fails before that; only the cancellation of the run stops it.
                var ending = run.CancellationToken;
                var changes = await SaveAsync(state, ending).ConfigureAwait(false);
                // The exports have been written by then, and may have read more.
                TaskRecord Complete(TaskRecord ended)
                {
                    End(state);
                    if (options.Prefetch)
                        prefetch.Note(step, state);
                    // Another item computes while this one waits for its record, which it shares with others.
                    branch.Slot?.Release();
                    ended = ended with { Inputs = [.. ended.Inputs.Union(state.Slots.Where(s => s.IsRead && s.Value is not null).Select(s => InputOf(s.Name, s.Value!.Value)))] };
                    return (complete?.Invoke(ended) ?? ended) with { State = changes };
                }

                var record = await writer.EndAsync(RunStatus.Succeeded, null, null, Complete, ending).ConfigureAwait(false);
                return branch.After(record.TaskId, changes, _hasSecrets ? state : null, isTakenOver: false);
            }
            catch (Exception e)
            {
                End(state);
                var isCancelled = e is OperationCanceledException && cancellationToken.IsCancellationRequested;
                var isLast = isCancelled || !IsTried(options, attempt, e);
                await writer.FailAsync(isCancelled ? RunStatus.Cancelled : RunStatus.Failed, CauseOf(isCancelled, isLast, step, branch.Item), e, ConflictsOf(e)).ConfigureAwait(false);
                if (isLast)
                    throw;
                checkpoint = writer.Record.Checkpoint;
                await Task.Delay(options.Retry!.DelayAfter(attempt - FirstAttempt + 1), run.Writer.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<Branch> RunAsync(string step, StepOptions options, Branch branch, Func<TState, StepContext, Task> body, Func<Task<BlobDigest>>? itemOf, CancellationToken cancellationToken)
    {
        if (resumption?.Find(step, branch, out _) is { } earlier)
            return Take(earlier, branch);
        if (options.Cache is not { } policy || !run.Writer.Options.SaveArtifacts)
        {
            return await AttemptAsync(step, options, branch, async (state, context) =>
            {
                await body(state, context).ConfigureAwait(false);
                return null;
            }, cancellationToken).ConfigureAwait(false);
        }
        BlobDigest? item = itemOf is null ? null : await itemOf().ConfigureAwait(false);
        // A step that is to run again is not taken from the cache either.
        var finding = resumption?.RunsAgain(step) == true ? default : await cache.FindAsync(step, policy, branch, item, cancellationToken).ConfigureAwait(false);
        if (finding is { Task: { } found, Key: { } key })
            return await ReuseAsync(found, key, branch).ConfigureAwait(false);
        return await AttemptAsync(step, options, branch, async (state, context) =>
        {
            await body(state, context).ConfigureAwait(false);
            return record =>
            {
                var own = cache.KeyOf(step, policy, item, state, record);
                return record with { CacheKey = own.ToString(), CacheParts = own.Parts, CacheMiss = finding.Miss };
            };
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records a task that has the outputs of an equal one.</summary>
    private async Task<Branch> ReuseAsync(TaskRecord found, CacheKey key, Branch branch)
    {
        var now = run.Writer.Now;
        var task = found with
        {
            RunId = run.Id,
            TaskId = run.Writer.Source.NextId(),
            Order = _order[found.Step],
            Item = branch.Item,
            Index = branch.Index,
            Attempt = FirstAttempt,
            Status = RunStatus.Cached,
            StartedAt = now,
            FinishedAt = now,
            Base = branch.Task,
            Inputs = [.. found.Inputs.Select(i => branch.Values.TryGetValue(i.Name, out var value) && i.AssetId is null ? i with { Artifact = value.Artifact, TaskId = value.Task } : i)],
            Exports = [],
            Log = null,
            LargeLog = null,
            Checkpoint = null,
            CacheKey = key.ToString(),
            CacheParts = key.Parts,
            From = found.From ?? found.TaskId,
            CacheMiss = null,
            Reuse = TaskRecord.FromCache,
        };
        await run.Writer.PublishAsync([task.ToRecord(run.Writer.Source)], CancellationToken.None).ConfigureAwait(false);
        run.Writer.Add(task);
        run.Writer.Progress?.Count(task.Step, RunStatus.Cached);
        return branch.After(task.TaskId, task.State, null, isTakenOver: false);
    }

    private Branch Take(TaskRecord earlier, Branch branch)
    {
        var task = resumption!.Take(earlier, run.Id, run.Writer.Source.NextId(), branch, run.Writer.Now);
        _taken.Enqueue(task);
        run.Writer.Add(task);
        if (task.Items is null)
            run.Writer.Progress?.Count(task.Step, RunStatus.Cached);
        return branch.After(task.TaskId, task.State, null, isTakenOver: true);
    }

    private string CauseOf(bool isCancelled, bool isLast, string step, string? item)
    {
        lock (_order)
        {
            if (!isCancelled)
            {
                if (isLast)
                    _failed ??= (step, item);
                return TaskWriter.OwnException;
            }
            return !run.CancellationToken.IsCancellationRequested && _failed is { } first
                ? $"cancelled since task {first.Step}{(first.Item is null ? "" : "/" + first.Item)} failed"
                : run.CauseOf(isCancelled: true);
        }
    }

    private static void Return(TState state)
    {
        foreach (var slot in state.Slots)
            slot.Return();
    }

    private static void End(TState state)
    {
        foreach (var slot in state.Slots)
            slot.End();
    }

    private static Func<TaskRecord, TaskRecord>? ConflictsOf(Exception error) => error is MergeConflictException merge
        ? record => record with { Conflicts = merge.Conflicts, ConflictCount = merge.Conflicts.Count }
        : null;

    private static async Task LoadAsync(TState state, CancellationToken cancellationToken)
    {
        await Task.WhenAll(state.Slots.Where(s => s.IsEager).Select(s => s.LoadAsync(cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>Saves what the task has set or modified, several properties at a time.</summary>
    private static async Task<Dictionary<string, BlobDigest?>> SaveAsync(TState state, CancellationToken cancellationToken)
    {
        var outcomes = await Task.WhenAll(state.Slots.Select(s => s.SaveAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        Dictionary<string, BlobDigest?> changes = new(StringComparer.Ordinal);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var slot = state.Slots[i];
            if (outcomes[i] is SlotOutcome.Changed changed && changed.Artifact != slot.Value?.Artifact)
                changes[slot.Name] = changed.Artifact;
            else if (outcomes[i] is SlotOutcome.Removed && slot.Value is not null)
                changes[slot.Name] = null;
        }
        return changes;
    }
}
