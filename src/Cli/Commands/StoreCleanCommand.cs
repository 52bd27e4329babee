using System.CommandLine;
using System.Globalization;
using Cairn.Artifacts;
using Cairn.Workspaces;

namespace Cairn.Cli.Commands;

internal static class StoreCleanCommand
{
    public static Command Create()
    {
        var name = StoreCommand.Name("The store.");
        var age = DurationOption.Create("--older-than", "AGE", "Only what is at least so old, such as 12h or 7d: a younger one may have a living writer. 1d by default.");
        var dry = new Option<bool>("--dry-run", "-n") { Description = "Only list them." };
        var json = Json.Option();
        return new Command("clean", "List and remove what interrupted uploads and saves have left.") { name, age, dry, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var store = await session.OpenAsync(session.Workspace.Read().Find(parsed.GetRequiredValue(name)), cancellationToken).ConfigureAwait(false);
                var removes = !parsed.GetValue(dry);
                var count = 0;
                var asJson = parsed.GetValue(json);
                var oldest = DurationOption.Read(parsed, age) ?? TimeSpan.FromDays(1);
                await foreach (var staged in store.ListStagedAsync(oldest, cancellationToken).ConfigureAwait(false))
                {
                    if (removes)
                        await store.RemoveStagedAsync(staged, cancellationToken).ConfigureAwait(false);
                    count++;
                    Tell(session.Output, asJson, removes, staged.Id, staged.Path, staged.Started);
                }
                await foreach (var file in new ArtifactRepository(store, new()).CleanStagingAsync(oldest, !removes, cancellationToken).ConfigureAwait(false))
                {
                    count++;
                    Tell(session.Output, asJson, removes, file.Path.Value, file.Path, file.Modified ?? default);
                }
                if (!parsed.GetValue(json))
                    session.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{(removes ? "Removed" : "Found")} {count} left-over {(count == 1 ? "upload" : "uploads")}."));
            });
    }

    private static void Tell(CommandOutput output, bool asJson, bool removed, string id, StorePath? path, DateTimeOffset started)
    {
        if (!asJson)
        {
            output.Line($"{Timestamp.Short(started)}  {path?.Value ?? id}");
            return;
        }
        output.Json(writer =>
        {
            writer.WriteString("id", id);
            writer.WriteString("path", path?.Value);
            writer.WriteString("started", Timestamp.Format(started));
            writer.WriteBoolean("removed", removed);
        });
    }
}
