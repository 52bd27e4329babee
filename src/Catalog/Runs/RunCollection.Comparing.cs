using System.Text.Json;
using Cairn.Artifacts;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>Compares runs: parameters, with the defaults that were used in their place, and metrics by value, outputs by digest.</summary>
    /// <param name="references">The runs.</param>
    /// <param name="onlyDifferences">true to leave out what is equal in all runs. Default: false.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    public async Task<RunComparison> CompareAsync(IEnumerable<RunReference> references, bool onlyDifferences = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(references);
        List<RunInfo> runs = [];
        foreach (var reference in references)
            runs.Add(await GetAsync(reference, runs.Count == 0 ? Freshness.Synchronized : Freshness.Cached, cancellationToken).ConfigureAwait(false));
        List<Dictionary<string, JsonElement?>> parameters = [];
        List<Dictionary<string, double?>> metrics = [];
        List<Dictionary<string, BlobDigest?>> outputs = [];
        foreach (var run in runs)
        {
            parameters.Add((await ReadUsedAsync(run, cancellationToken).ConfigureAwait(false)).ToDictionary(p => p.Key, p => (JsonElement?)p.Value, StringComparer.Ordinal));
            metrics.Add(new(StringComparer.Ordinal));
            outputs.Add(new(StringComparer.Ordinal));
            await foreach (var task in run.TasksAsync(cancellationToken).ConfigureAwait(false))
            {
                var place = task.Item is null ? task.Step : $"{task.Step}/{task.Item}";
                foreach (var (name, metric) in task.Metrics)
                    metrics[^1][$"{place}#{name}"] = metric.Last;
                foreach (var output in task.Outputs)
                    outputs[^1].TryAdd($"{place}#{output.Name}", output.Digest);
            }
        }
        return new(runs, Rows(parameters, Equal, onlyDifferences), Rows(metrics, (a, b) => Nullable.Equals(a, b), onlyDifferences), Rows(outputs, (a, b) => Nullable.Equals(a, b), onlyDifferences));
    }

    /// <summary>The parameters of a run, and the defaults that it has used in their place; the members of nested objects are separated by dots.</summary>
    private static async Task<Dictionary<string, JsonElement>> ReadUsedAsync(RunInfo run, CancellationToken cancellationToken)
    {
        var used = Leaves(await run.ReadParametersAsync(cancellationToken).ConfigureAwait(false), "").ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        foreach (var (name, value) in Leaves(run.Defaults, ""))
            used.TryAdd(name, value);
        return used;
    }

    private static List<RunDifference<T?>> Rows<T>(List<Dictionary<string, T?>> runs, Func<T?, T?, bool> equal, bool onlyDifferences)
        where T : struct
    {
        List<RunDifference<T?>> rows = [];
        foreach (var name in runs.SelectMany(r => r.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            List<T?> values = [.. runs.Select(r => r.GetValueOrDefault(name))];
            var differs = values.Exists(v => !equal(v, values[0]));
            if (differs || !onlyDifferences)
                rows.Add(new(name, values, differs));
        }
        return rows;
    }

    private static bool Equal(JsonElement? left, JsonElement? right) => left is { } a && right is { } b ? JsonElement.DeepEquals(a, b) : left is null && right is null;

    private static IEnumerable<(string Key, JsonElement Value)> Leaves(JsonElement element, string prefix) =>
        element.EnumerateObject().SelectMany(m => m.Value.ValueKind == JsonValueKind.Object && m.Value.EnumerateObject().Any() ? Leaves(m.Value, $"{prefix}{m.Name}.") : [(prefix + m.Name, m.Value)]);
}
