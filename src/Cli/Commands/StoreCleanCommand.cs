using System.CommandLine;
using System.Globalization;

namespace Cairn.Cli.Commands;

internal static class StoreCleanCommand
{
    public static Command Create()
    {
        var name = StoreCommand.Name("The store.");
        var age = DurationOption.Create("--older-than", "AGE", "Only what is at least so old, such as 12h or 7d: a younger one may have a living writer. 1d by default.");
        var dry = new Option<bool>("--dry-run", "-n") { Description = "Only list them." };
        var json = Json.Option();
        return new Command("clean", "List and remove what interrupted uploads have left.") { name, age, dry, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var store = await session.OpenAsync(session.Workspace.Read().Find(parsed.GetRequiredValue(name)), cancellationToken).ConfigureAwait(false);
                var removes = !parsed.GetValue(dry);
                var count = 0;
                await foreach (var staged in store.ListStagedAsync(DurationOption.Read(parsed, age) ?? TimeSpan.FromDays(1), cancellationToken).ConfigureAwait(false))
                {
                    if (removes)
                        await store.RemoveStagedAsync(staged, cancellationToken).ConfigureAwait(false);
                    count++;
                    if (parsed.GetValue(json))
                    {
                        session.Output.Json(writer =>
                        {
                            writer.WriteString("id", staged.Id);
                            writer.WriteString("path", staged.Path?.Value);
                            writer.WriteString("started", Timestamp.Format(staged.Started));
                            writer.WriteBoolean("removed", removes);
                        });
                    }
                    else
                        session.Output.Line($"{Timestamp.Short(staged.Started)}  {staged.Path?.Value ?? staged.Id}");
                }
                if (!parsed.GetValue(json))
                    session.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{(removes ? "Removed" : "Found")} {count} left-over {(count == 1 ? "upload" : "uploads")}."));
            });
    }
}
