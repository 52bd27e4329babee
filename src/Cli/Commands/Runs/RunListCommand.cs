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
        var svg = new Option<string?>("--svg") { Description = "With --chart: write the chart as SVG to a file; '-' is standard output.", HelpName = "FILE" };
        var replace = LoadCommand.Replace();
        var command = selection.AddTo(new("list", "List runs, the newest first.") { limit, chart, svg, replace });
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var options = selection.Read(call.Parsed);
            if (call.Get(svg) is not null && call.Get(chart) is null)
                throw new UsageException("--svg needs --chart METRIC.");
            if (call.Get(replace) && call.Get(svg) is null or "-")
                throw new UsageException("--replace needs --svg FILE.");
            if (call.IsJson && call.Get(chart) is not null)
                throw new UsageException("--json lists the runs with their metrics; it cannot be combined with --chart.");
            var most = LimitOption.Read(call.Parsed, limit);
            var catalog = await FreshnessOption.OpenAsync(call, selection.Cached).ConfigureAwait(false);
            var runs = catalog.Runs.ListAsync(options, call.Stopping).Take(most);
            if (call.Get(chart) is { } name)
            {
                await RunChart.WriteAsync(call.Output, name, await runs.ToListAsync(call.Stopping).ConfigureAwait(false), call.Get(svg), call.Get(replace), call.Stopping).ConfigureAwait(false);
            }
            else
            {
                var rows = new List<string[]>();
                var isAny = false;
                await foreach (var run in runs.ConfigureAwait(false))
                {
                    isAny = true;
                    if (call.IsJson)
                        call.Output.Json(writer => RunJson.Write(writer, run));
                    else
                        rows.Add(RunText.Row(run));
                }
                Columns.Write(call.Output, rows);
                if (!isAny)
                    await UnknownNames.TellAsync(call, catalog, options).ConfigureAwait(false);
            }
            FreshnessOption.Tell(call, catalog, selection.Cached);
        });
    }
}
