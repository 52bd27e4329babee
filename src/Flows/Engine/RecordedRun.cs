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
}
