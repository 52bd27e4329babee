using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Cairn.Catalog;
using Cairn.Catalog.RunRecords;

namespace Cairn.Flows.Engine;

/// <summary>A run as its records describe it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Tasks">The newest attempt at each task; of one that has not ended, its progress.</param>
internal sealed record RecordedRun(RunRecord Run, IReadOnlyList<TaskRecord> Tasks)
{
    public JsonObject? Parameters => Run.Parameters;

    public static bool HasSucceeded(TaskRecord task) => task.Status is RunStatus.Succeeded or RunStatus.Cached;

    /// <summary>The values of the state after a task: those of its base, and what it has changed.</summary>
    public ImmutableDictionary<string, StateValue> StateAfter(TaskRecord task)
    {
        var byId = Tasks.ToDictionary(t => t.TaskId);
        Stack<TaskRecord> chain = [];
        for (var at = task; at is not null; at = at.Base is { } before ? byId.GetValueOrDefault(before) : null)
            chain.Push(at);
        var branch = new Branch(ImmutableDictionary.Create<string, StateValue>(StringComparer.Ordinal), null, null, null, null, IsTakenOver: false);
        foreach (var each in chain)
            branch = branch.After(each.TaskId, each.State, null, isTakenOver: false);
        return branch.Values;
    }
}
