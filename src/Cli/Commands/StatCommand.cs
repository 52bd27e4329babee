using System.CommandLine;
using System.Globalization;

namespace Cairn.Cli.Commands;

internal static class StatCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Files or folders.");
        var json = Json.Option();
        return new Command("stat", "Show the metadata of files or folders.") { addresses, json }
            .Runs((session, parsed, cancellationToken) => session.ForEachAsync(parsed.GetRequiredValue(addresses), async text =>
            {
                var location = await session.OpenAsync(text, cancellationToken).ConfigureAwait(false);
                await location.RequireContainerAsync(cancellationToken).ConfigureAwait(false);
                var info = await location.Store.StatAsync(location.Path, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(json))
                {
                    session.Output.Json(writer =>
                    {
                        EntryJson.Write(writer, info.Path.Name, text, info);
                        writer.WriteString("uri", location.Uri.ToString());
                    });
                    return;
                }
                var rows = new List<string[]> { new[] { "address", text }, new[] { "uri", location.Uri.ToString() }, new[] { "kind", info.IsDirectory ? "directory" : "file" } };
                if (info.IsFile)
                    rows.Add(["length", info.Length.ToString(CultureInfo.InvariantCulture)]);
                Add("modified", info.Modified is { } time ? Timestamp.Format(time) : null);
                Add("etag", info.ETag);
                Add("content type", info.ContentType);
                Add("checksum", info.Checksum?.ToString());
                foreach (var (key, value) in info.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    rows.Add(["metadata", $"{key}={value}"]);
                Columns.Write(session.Output, rows);

                void Add(string name, string? value)
                {
                    if (value is not null)
                        rows.Add([name, value]);
                }
            }));
    }
}
