using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class RunListCommand
{
    public static Command Create()
    {
        var selection = new RunListOptionSet();
        var limit = LimitOption.Create("runs");
        var chart = new Option<string?>("--chart") { Description = "Draw a metric over the listed runs, instead of a list.", HelpName = "METRIC" };
        var svg = new Option<string?>("--svg") { Description = "With --chart: write the chart as SVG to a new file; '-' is standard output.", HelpName = "FILE" };
        var command = selection.AddTo(new("list", "List runs, the newest first.") { limit, chart, svg });
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var options = selection.Read(call.Parsed);
            if (call.Get(svg) is not null && call.Get(chart) is null)
                throw new UsageException("--svg needs --chart METRIC.");
            if (call.IsJson && call.Get(chart) is not null)
                throw new UsageException("--json lists the runs with their metrics; it cannot be combined with --chart.");
            var most = LimitOption.Read(call.Parsed, limit);
            var catalog = await FreshnessOption.OpenAsync(call, selection.Cached).ConfigureAwait(false);
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
            FreshnessOption.Tell(call, catalog, selection.Cached);
        });
    }
}
