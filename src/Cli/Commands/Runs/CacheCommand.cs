using System.CommandLine;
using Cairn.Artifacts;
using Cairn.Catalog;

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
            call.Output.Line(found.Reason);
            if (found.Differences.Count > 0)
                Columns.Write(call.Output, [["part", "before", "now"], .. found.Differences.Select(d => (string[])[d.Part, Value(d.Part, d.Before, found.Nearest), Value(d.Part, d.Now, found.Task)])]);
        });
    }

    /// <summary>A value of the key. An item is known to people by its key, and to the cache by its content: two items of one key may differ.</summary>
    private static string Value(string part, string? json, TaskInfo? task) => json is null ? "-"
        : part == "item" && task?.Item is { } key && BlobDigest.TryParse(json.Trim('"'), out var digest) ? $"{key} ({AssetText.Short(digest)})"
        : json;
}
