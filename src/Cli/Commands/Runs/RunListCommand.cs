using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class RunListCommand
{
    public static Command Create()
    {
        var flow = new Option<string?>("--flow") { Description = "List the runs of this flow. Case does not count.", HelpName = "FLOW" };
        var status = new Option<string?>("--status") { Description = "List runs with this status: pending, running, succeeded, failed, cancelled or lost.", HelpName = "STATUS" };
        var tag = new Option<string?>("--tag") { Description = "List runs with this tag.", HelpName = "TAG" };
        var parameter = Condition("--parameter", "A condition on a parameter, such as 'lr<0.1' or 'site.region=north'");
        var metric = Condition("--metric", "A condition on the last value of a metric, such as 'accuracy>=0.9'");
        var since = new Option<string?>("--since") { Description = "List runs that began since a time: '2026-11-28T15:00:00Z', '2026-11-28', or '7d' ago.", HelpName = "TIME" };
        var limit = LimitOption.Create("runs");
        var deleted = new Option<bool>("--deleted") { Description = "List deleted runs too." };
        var chart = new Option<string?>("--chart") { Description = "Draw a metric over the listed runs, instead of a list.", HelpName = "METRIC" };
        var svg = new Option<string?>("--svg") { Description = "With --chart: write the chart as SVG to a new file; '-' is standard output.", HelpName = "FILE" };
        var cached = FreshnessOption.Create();
        var command = new Command("list", "List runs, the newest first.") { flow, status, tag, parameter, metric, since, limit, deleted, chart, svg, cached };
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var options = new RunListOptions
            {
                Flow = call.Get(flow),
                Status = call.Get(status) is { } text ? Status(text, status.Name) : null,
                Tag = call.Get(tag),
                Parameters = [.. (call.Get(parameter) ?? []).Select(c => ConditionText.Parse(c, parameter.Name))],
                Metrics = [.. (call.Get(metric) ?? []).Select(c => ConditionText.Parse(c, metric.Name))],
                Since = call.Get(since) is { } time ? TimeText.Parse(time, since.Name) : null,
                IncludeDeleted = call.Get(deleted),
                Freshness = FreshnessOption.Read(call.Parsed, cached),
            };
            if (call.Get(svg) is not null && call.Get(chart) is null)
                throw new UsageException("--svg needs --chart METRIC.");
            if (call.IsJson && call.Get(chart) is not null)
                throw new UsageException("--json lists the runs with their metrics; it cannot be combined with --chart.");
            var most = LimitOption.Read(call.Parsed, limit);
            var catalog = await FreshnessOption.OpenAsync(call, cached).ConfigureAwait(false);
            var runs = catalog.Runs.ListAsync(options, call.Stopping).Take(most);
            if (call.Get(chart) is { } name)
            {
                await RunChart.WriteAsync(call.Output, name, await runs.ToListAsync(call.Stopping).ConfigureAwait(false), call.Get(svg), call.Stopping).ConfigureAwait(false);
            }
            else
            {
                var rows = new List<string[]>();
                await foreach (var run in runs.ConfigureAwait(false))
                {
                    if (call.IsJson)
                        call.Output.Json(writer => RunJson.Write(writer, run));
                    else
                        rows.Add(RunText.Row(run));
                }
                Columns.Write(call.Output, rows);
            }
            FreshnessOption.Tell(call, catalog, cached);
        });
    }

    /// <summary>Parses a status.</summary>
    /// <exception cref="UsageException">The text is none.</exception>
    public static RunStatus Status(string text, string option) => Enum.TryParse<RunStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status) && !char.IsAsciiDigit(text[0])
        ? status
        : throw new UsageException($"{option} takes a status such as succeeded, failed or cancelled, but the value is '{text}'.");

    private static Option<string[]> Condition(string name, string description) =>
        new(name) { Description = $"{description}: =, <, <=, > or >=. Can be repeated; all have to hold.", HelpName = "CONDITION", AllowMultipleArgumentsPerToken = false };
}
