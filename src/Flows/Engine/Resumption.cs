using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Recording;
using Cairn.Catalog.RunRecords;

namespace Cairn.Flows.Engine;

/// <summary>Decides which tasks of earlier runs a run takes over. Thread-safe.</summary>
/// <remarks>
/// A task is taken over if it succeeded, its outputs exist, each parameter that it has read has the same value, and the task whose state it began with is taken over too.
/// The earlier runs are the one that is resumed, and those that it resumed itself: it may have ended before it recorded what it took over.
/// </remarks>
internal sealed class Resumption
{
    private readonly Dictionary<(string Step, string? Item), List<(TaskRecord Task, JsonObject? Parameters)>> _candidates = [];
    private readonly ConcurrentDictionary<Guid, Guid> _taken = new();
    private readonly HashSet<BlobDigest> _missing;
    private readonly JsonObject? _parameters;
    private readonly IReadOnlySet<string> _again;

    private Resumption(IReadOnlyList<RecordedRun> runs, JsonObject? parameters, IReadOnlySet<string> again, HashSet<BlobDigest> missing)
    {
        (_parameters, _again, _missing) = (parameters, again, missing);
        foreach (var run in runs)
        {
            foreach (var task in run.Tasks)
            {
                if (!_candidates.TryGetValue((task.Step, task.Item), out var known))
                    _candidates[(task.Step, task.Item)] = known = [];
                known.Add((task, run.Parameters));
            }
        }
    }

    /// <summary>Prepares a resumption: asks which artifacts of the earlier tasks exist.</summary>
    /// <param name="runs">The runs, the newest first.</param>
    /// <param name="parameters">The parameters of the new run.</param>
    /// <param name="again">The steps that run again in any case.</param>
    /// <param name="repository">The repository of the artifacts.</param>
    /// <param name="cancellationToken">Cancels the look-ups.</param>
    public static async Task<Resumption> CreateAsync(
        IReadOnlyList<RecordedRun> runs, JsonObject? parameters, IReadOnlySet<string> again, ArtifactRepository repository, CancellationToken cancellationToken)
    {
        var artifacts = runs.SelectMany(r => r.Tasks).Where(RecordedRun.HasSucceeded).SelectMany(ArtifactsOf).ToHashSet();
        var missing = new ConcurrentBag<BlobDigest>();
        await Parallel.ForEachAsync(artifacts, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken }, async (artifact, stopping) =>
        {
            if (!await repository.ContainsAsync(artifact, stopping).ConfigureAwait(false))
                missing.Add(artifact);
        }).ConfigureAwait(false);
        return new(runs, parameters, again, [.. missing]);
    }

    /// <summary>Whether a step runs again in any case.</summary>
    public bool RunsAgain(string step) => _again.Contains(step);

    /// <summary>Finds the task to take over.</summary>
    /// <param name="step">The step.</param>
    /// <param name="branch">The branch that reaches it.</param>
    /// <param name="reason">Why there is none, as a clause.</param>
    public TaskRecord? Find(string step, Branch branch, out string reason)
    {
        reason = "a step before it runs";
        if (!branch.IsTakenOver)
            return null;
        reason = "it is to run again";
        if (_again.Contains(step))
            return null;
        reason = "it has not run";
        foreach (var (task, parameters) in _candidates.GetValueOrDefault((step, branch.Item), []))
        {
            reason = Refuse(task, parameters, branch) ?? "";
            if (reason.Length == 0)
                return task;
        }
        return null;
    }

    /// <summary>Makes the record by which a run takes over a task, and remembers it.</summary>
    public TaskRecord Take(TaskRecord task, Guid run, Guid id, Branch branch, DateTimeOffset now)
    {
        // Runs that were resumed before have taken it over too, each under another id: what began with any of them began with the same state.
        var original = task.From ?? task.TaskId;
        foreach (var (same, _) in _candidates.GetValueOrDefault((task.Step, task.Item), []))
        {
            if ((same.From ?? same.TaskId) == original)
                _taken[same.TaskId] = id;
        }
        return task with
        {
            RunId = run,
            TaskId = id,
            Status = Catalog.RunStatus.Cached,
            Attempt = 1,
            StartedAt = now,
            FinishedAt = now,
            Base = branch.Task,
            Inputs = [.. task.Inputs.Select(i => i.TaskId is { } source && _taken.TryGetValue(source, out var mapped) ? i with { TaskId = mapped } : i)],
            Exports = [],
            Log = null,
            LargeLog = null,
            Checkpoint = null,
            From = task.From ?? task.TaskId,
            Reuse = TaskRecord.FromResume,
        };
    }

    /// <summary>The newest checkpoint of an attempt that began with the same state.</summary>
    public BlobDigest? FindCheckpoint(string step, Branch branch) => !branch.IsTakenOver || _again.Contains(step)
        ? null
        : _candidates.GetValueOrDefault((step, branch.Item), [])
            .Where(c => c.Task.Checkpoint is not null && BeganLike(c.Task, branch) && ChangedParameter(c.Task, c.Parameters) is null)
            .Select(c => c.Task.Checkpoint)
            .FirstOrDefault();

    private static IEnumerable<BlobDigest> ArtifactsOf(TaskRecord task) => task.Outputs.Values.Concat(task.State.Values).Where(d => d is not null).Select(d => d!.Value);

    private string? Refuse(TaskRecord task, JsonObject? parameters, Branch branch)
    {
        if (!RecordedRun.HasSucceeded(task))
            return task.Status == Catalog.RunStatus.Running ? "it has not ended" : $"it has {(task.Status == Catalog.RunStatus.Failed ? "failed" : "been cancelled")}";
        if (ChangedParameter(task, parameters) is { } changed)
            return $"the parameter '{changed}' has another value";
        if (!BeganLike(task, branch))
            return "it began with another state";
        return ArtifactsOf(task).Any(_missing.Contains) ? "its outputs were removed" : null;
    }

    /// <summary>Whether a task began with the state that a branch has.</summary>
    private bool BeganLike(TaskRecord task, Branch branch) => task.Base is { } before ? _taken.TryGetValue(before, out var mapped) && mapped == branch.Task : branch.Task is null;

    private string? ChangedParameter(TaskRecord task, JsonObject? parameters) =>
        task.Parameters.FirstOrDefault(p => !JsonNode.DeepEquals(RunParameters.Find(parameters, p), RunParameters.Find(_parameters, p)));
}
