using System.CommandLine;
using Cairn.Artifacts;

namespace Cairn.Cli.Commands;

internal static class RunConflictsCommand
{
    public static Command Create()
    {
        var reference = RunArgument.Reference();
        var command = new Command("conflicts", "List the names that branches have changed differently, so that a join could not merge them: the value before the split, and that of each branch.") { reference };
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var run = await catalog.Runs.GetAsync(RunArgument.Parse(call.Get(reference)!), cancellationToken: call.Stopping).ConfigureAwait(false);
            var rows = new List<string[]>();
            await foreach (var task in run.TasksAsync(call.Stopping).ConfigureAwait(false))
            {
                foreach (var conflict in task.Conflicts)
                {
                    if (call.IsJson)
                    {
                        call.Output.Json(writer =>
                        {
                            writer.WriteString("task", task.Reference.ToString());
                            writer.WriteString("name", conflict.Name);
                            writer.WriteString("base", conflict.Base?.ToString());
                            writer.WriteStartArray("branches");
                            foreach (var branch in conflict.Branches)
                            {
                                writer.WriteStartObject();
                                writer.WriteString("step", branch.Step);
                                AssetJson.Text(writer, "item", branch.Item);
                                writer.WriteString("artifact", branch.Artifact?.ToString());
                                writer.WriteEndObject();
                            }
                            writer.WriteEndArray();
                        });
                        continue;
                    }
                    rows.Add([task.Reference.ToString(), conflict.Name, "before the split", Shown(conflict.Base, "no value")]);
                    rows.AddRange(conflict.Branches.Select(b => (string[])["", "", b.Item is null ? b.Step : $"{b.Step}/{b.Item}", Shown(b.Artifact, "deleted")]));
                }
                if (!call.IsJson && task.ConflictCount > task.Conflicts.Count)
                    rows.Add(["", $"and {task.ConflictCount - task.Conflicts.Count} more names", "", ""]);
            }
            Columns.Write(call.Output, rows);
        });
    }

    private static string Shown(BlobDigest? artifact, string none) => artifact is { } digest ? AssetText.Short(digest) : none;
}
