using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class LsCommand
{
    public static Command Create()
    {
        var address = AddressArgument.Optional("address", "A folder or file. Default: the active store.");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "List all files below the folder instead of its direct entries." };
        var details = new Option<bool>("--long", "-l") { Description = "Also print the length and the time (UTC)." };
        var human = new Option<bool>("--human") { Description = "With --long: print lengths in KiB, MiB, …" };
        var json = Json.Option();
        return new Command("ls", "List a folder in the byte order of the names. Names of folders end with '/'.") { address, recursive, details, human, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var location = await session.OpenAsync(parsed.GetRequiredValue(address), cancellationToken).ConfigureAwait(false);
                var form = new Form(parsed.GetValue(json), parsed.GetValue(details), parsed.GetValue(human));
                var found = await location.LookAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw location.Fault(StoreErrorCode.NotFound, "list", "no file or folder exists at that path");
                if (found.IsFile)
                {
                    Write(session.Output, form, found.Path.Name, location.Address.Text, found);
                    return ExitCode.Done;
                }
                var leftOut = new LeftOut(session, form.Json, location.Uri, static path => path.Value);
                var options = new ListOptions { Recursive = parsed.GetValue(recursive), IncludeEmptyDirectories = true, Unlisted = entry => leftOut.Add(entry.RelativeTo(location.Path)) };
                await foreach (var entry in location.Store.ListAsync(location.Path, options, cancellationToken).ConfigureAwait(false))
                    Write(session.Output, form, entry.Path.RelativeTo(location.Path).Value, location.Display(entry.Path), entry);
                return leftOut.Report();
            });
    }

    private static void Write(CommandOutput output, Form form, string name, string address, StoreEntry entry)
    {
        var shown = entry.IsDirectory ? name + "/" : name;
        if (form.Json)
            output.Json(writer => EntryJson.Write(writer, name, address, entry));
        else if (form.Long)
            output.Line($"{(entry.IsFile ? ByteSize.Format(entry.Length, form.Human) : "-"),12}  {Timestamp.Short(entry.Modified),-20}  {shown}");
        else
            output.Line(shown);
    }

    private sealed record Form(bool Json, bool Long, bool Human);
}
