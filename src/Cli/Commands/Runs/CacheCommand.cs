using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class CacheCommand
{
    public static Command Create() => new("cache", "Look into the step cache of flows.") { CreateExplain() };

    private static Command CreateExplain()
    {
        var reference = RunArgument.Reference("A task: 'RUN/STEP', or 'RUN/STEP/ITEM' for an item of a foreach.", "task");
        var command = new Command("explain", "Show why a task ran, or was taken from the cache: the parts of its key that differ from the nearest earlier task of the step.") { reference };
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var found = await catalog.Runs.ExplainCacheAsync(RunArgument.Parse(call.Get(reference)!), call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
            {
                call.Output.Json(writer =>
                {
                    writer.WriteString("task", found.Task.Reference.ToString());
                    writer.WriteString("key", found.Key);
                    writer.WriteBoolean("hit", found.IsHit);
                    AssetJson.Text(writer, "miss", found.Miss);
                    AssetJson.Text(writer, "nearest", found.Nearest?.Reference.ToString());
                    writer.WriteStartArray("differences");
                    foreach (var difference in found.Differences)
                    {
                        writer.WriteStartObject();
                        writer.WriteString("part", difference.Part);
                        writer.WriteString("before", difference.Before);
                        writer.WriteString("now", difference.Now);
                        writer.WriteEndObject();
                    }
                    writer.WriteEndArray();
                });
                return;
            }
            var nearest = found.Nearest?.Reference.ToString();
            call.Output.Line(found switch
            {
                { IsHit: true } => $"{found.Task.Reference} did not run: it has the outputs of {nearest ?? "a task whose run is not in the catalog"}.",
                { Miss: { } reason } => $"{found.Task.Reference} ran: a task with the same key exists, but {reason}.",
                { Nearest: null } => $"{found.Task.Reference} ran: no earlier task of the step is in the cache.",
                { Differences: [] } => $"{found.Task.Reference} ran beside {nearest}, which has the same key and had not ended.",
                _ => $"{found.Task.Reference} ran: its key differs from that of {nearest}, the nearest earlier task.",
            });
            if (found.Differences.Count > 0)
                Columns.Write(call.Output, [["part", "before", "now"], .. found.Differences.Select(d => (string[])[d.Part, d.Before ?? "-", d.Now ?? "-"])]);
        });
    }
}
