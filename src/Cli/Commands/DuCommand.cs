using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class DuCommand
{
    public static Command Create()
    {
        var address = AddressArgument.Optional("address", "A folder or file. Default: the active store.");
        var summary = new Option<bool>("--summary", "-s") { Description = "Print only the total." };
        var human = new Option<bool>("--human") { Description = "Print lengths in KiB, MiB, …" };
        var json = Json.Option();
        return new Command("du", "Show the total length and number of files, for each entry of the folder and in total.") { address, summary, human, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var location = await session.OpenAsync(parsed.GetRequiredValue(address), cancellationToken).ConfigureAwait(false);
                var found = await location.LookAsync(cancellationToken).ConfigureAwait(false)
                    ?? throw location.Fault(StoreErrorCode.NotFound, "list", "no file or folder exists at that path");
                var (asJson, inUnits) = (parsed.GetValue(json), parsed.GetValue(human));
                if (found.IsFile)
                {
                    Write(location.Address.Text, found.Length, 1);
                    return ExitCode.Done;
                }
                // All files below one entry of the folder arrive consecutively, so one running sum is enough.
                var (all, allFiles, part, partFiles) = (0L, 0L, 0L, 0L);
                string? current = null;
                var leftOut = new LeftOut(session, asJson, location.Uri, static path => path.Value);
                var options = new ListOptions { Recursive = true, Unlisted = entry => leftOut.Add(entry.RelativeTo(location.Path)) };
                await foreach (var file in location.Store.ListAsync(location.Path, options, cancellationToken).ConfigureAwait(false))
                {
                    var relative = file.Path.RelativeTo(location.Path).Value;
                    var child = relative.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? relative[..slash] : relative;
                    if (child != current)
                    {
                        WriteCurrent();
                        (current, part, partFiles) = (child, 0, 0);
                    }
                    (part, partFiles, all, allFiles) = (part + file.Length, partFiles + 1, all + file.Length, allFiles + 1);
                }
                WriteCurrent();
                Write(location.Address.Text, all, allFiles);
                return leftOut.Report();

                void WriteCurrent()
                {
                    if (current is not null && !parsed.GetValue(summary))
                        Write(location.Address.Below(StorePath.Parse(current)), part, partFiles);
                }

                void Write(string shown, long bytes, long files)
                {
                    if (asJson)
                    {
                        session.Output.Json(writer =>
                        {
                            writer.WriteString("address", shown);
                            writer.WriteNumber("length", bytes);
                            writer.WriteNumber("files", files);
                        });
                    }
                    else
                        session.Output.Line($"{ByteSize.Format(bytes, inUnits),12}  {files,8}  {shown}");
                }
            });
    }
}
