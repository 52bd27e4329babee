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
        var age = DurationOption.Create("--older-than", "AGE", "The minimum age of an upload, such as 12h or 7d; younger uploads may still be in progress. Default: 1d.");
        var dry = new Option<bool>("--dry-run", "-n") { Description = "List the uploads without removing them." };
        var json = Json.Option();
        return new Command("clean", "List and remove the remains of interrupted uploads and saves.") { name, age, dry, json }
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
                var repository = new ArtifactRepository(store, new());
                await foreach (var file in repository.CleanStagingAsync(oldest, !removes, cancellationToken).ConfigureAwait(false))
                {
                    count++;
                    var path = ArtifactRepository.DefaultFolder / file.Path;
                    Tell(session.Output, asJson, removes, path.Value, path, file.Modified ?? default);
                }
                if (!parsed.GetValue(json))
                    session.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{(removes ? "Removed" : "Found")} {count} interrupted {(count == 1 ? "upload" : "uploads")}."));
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
