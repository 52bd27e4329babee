using System.Text.Json;
using Cairn.Artifacts;

namespace Cairn.Catalog;

/// <summary>Several runs side by side.</summary>
/// <param name="Runs">The runs, in the order in which they were asked for.</param>
/// <param name="Parameters">The parameters by name; the members of nested objects are separated by dots.</param>
/// <param name="Metrics">The last values of the metrics, by the task: <c>fit#accuracy</c>, or <c>fit/3#accuracy</c> for an item.</param>
/// <param name="Outputs">The outputs and the members of the state that tasks have set, by the task: <c>fit#model</c>. Equal digests are equal contents.</param>
public sealed record RunComparison(
    IReadOnlyList<RunInfo> Runs, IReadOnlyList<RunDifference<JsonElement?>> Parameters, IReadOnlyList<RunDifference<double?>> Metrics, IReadOnlyList<RunDifference<BlobDigest?>> Outputs)
{
    /// <summary>Returns a line with the runs, and one for each row, such as <c>metric fit#accuracy: 0.91, 0.93</c>.</summary>
    public override string ToString() => string.Join('\n', [
        $"runs: {string.Join(", ", Runs)}",
        $"status: {string.Join(", ", Runs.Select(r => r.Status))}",
        .. Parameters.Select(p => $"parameter {p}"),
        .. Metrics.Select(m => $"metric {m}"),
        .. Outputs.Select(o => $"output {o}"),
    ]);
}
