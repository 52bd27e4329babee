using System.Text.Json;
using Cairn.Catalog;
using Cairn.Errors;

namespace Cairn.Cli;

/// <summary>Notes on standard error about names that no run has: a list that is empty for a misspelt name looks like one that is empty for a good reason.</summary>
internal static class UnknownNames
{
    /// <summary>The number of the newest runs that are searched for names.</summary>
    private const int MostRuns = 200;

    /// <summary>The most names of a note.</summary>
    private const int MostNames = 20;

    /// <summary>Tells which of the flow, the parameters and the metrics of an empty list no run has.</summary>
    public static async Task TellAsync(CatalogCall call, Catalog.Catalog catalog, RunListOptions options)
    {
        if (options.Flow is { } flow && await FindFlowsAsync(catalog, flow, call.Stopping).ConfigureAwait(false) is { } flows)
        {
            call.Session.Note($"note: no flow '{ErrorText.Escape(flow)}' has runs; {(flows.Count == 0 ? "the catalog has no runs" : $"the flows are {List(flows)}")}");
            return;
        }
        if (options.Metrics.Count + options.Parameters.Count == 0)
            return;
        var all = new RunListOptions { Flow = options.Flow, Freshness = Freshness.Cached, IncludeDeleted = true };
        var runs = await catalog.Runs.ListAsync(all, call.Stopping).Take(MostRuns).ToListAsync(call.Stopping).ConfigureAwait(false);
        Tell(call, "metric", options.Metrics, runs, r => r.Metrics.Keys);
        Tell(call, "parameter", options.Parameters, runs, r => Keys(r.Parameters, ""));
    }

    /// <summary>Tells that none of some runs has a step.</summary>
    public static void TellStep(CatalogCall call, string step, IReadOnlyList<RunInfo> runs)
    {
        if (runs.Count > 0 && !runs.Any(r => r.Steps.Any(s => s.Name == step)))
            Tell(call, "step", step, runs, r => r.Steps.Select(s => s.Name));
    }

    /// <summary>Returns the names of the flows of the newest runs if a flow has no runs; null if it has some.</summary>
    public static async Task<IReadOnlyList<string>?> FindFlowsAsync(Catalog.Catalog catalog, string flow, CancellationToken cancellationToken)
    {
        var options = new RunListOptions { Freshness = Freshness.Cached, IncludeDeleted = true };
        if (await catalog.Flow(flow).RunsAsync(options, cancellationToken).AnyAsync(cancellationToken).ConfigureAwait(false))
            return null;
        var flows = await catalog.Runs.ListAsync(options, cancellationToken).Take(MostRuns).Select(r => r.Flow).ToListAsync(cancellationToken).ConfigureAwait(false);
        return [.. flows.Distinct().Order(Utf8Order.Comparer)];
    }

    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names.Select(ErrorText.Escape)];
        return all.Length > MostNames ? $"{string.Join(", ", all[..MostNames])} and {all.Length - MostNames} more" : string.Join(", ", all);
    }

    private static void Tell(CatalogCall call, string kind, IEnumerable<MetadataCondition> conditions, IReadOnlyList<RunInfo> runs, Func<RunInfo, IEnumerable<string>> namesOf)
    {
        foreach (var name in conditions.Select(c => c.Key).Where(n => runs.Count > 0 && !runs.Any(r => namesOf(r).Contains(n, StringComparer.Ordinal))))
            Tell(call, kind, name, runs, namesOf);
    }

    private static void Tell(CatalogCall call, string kind, string name, IReadOnlyList<RunInfo> runs, Func<RunInfo, IEnumerable<string>> namesOf)
    {
        List<string> names = [.. runs.SelectMany(namesOf).Distinct(StringComparer.Ordinal).Order(Utf8Order.Comparer)];
        var searched = runs.Count == 1 ? "the run has no" : $"none of the {runs.Count} runs that were looked at has a";
        call.Session.Note($"note: {searched} {kind} '{ErrorText.Escape(name)}'; {(names.Count == 0 ? $"there are no {kind}s" : $"the {kind}s are {List(names)}")}");
    }

    private static IEnumerable<string> Keys(JsonElement parameters, string prefix) =>
        parameters.EnumerateObject().SelectMany(p => p.Value.ValueKind == JsonValueKind.Object ? Keys(p.Value, $"{prefix}{p.Name}.") : [prefix + p.Name]);
}
