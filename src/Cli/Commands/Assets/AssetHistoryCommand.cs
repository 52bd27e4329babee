using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetHistoryCommand
{
    public static Command Create()
    {
        var name = AssetArgument.Name();
        var limit = LimitOption.Create("versions");
        var options = CatalogOptionSet.ForReading();
        return options.Runs(new Command("history", "List the versions of an asset, the newest first, with the deleted ones.") { name, limit }, async call =>
        {
            var (asset, most) = (AssetArgument.ParseName(call.Get(name)!), LimitOption.Read(call.Parsed, limit));
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var rows = new List<string[]>();
            await foreach (var version in catalog.Assets.HistoryAsync(asset, call.Stopping).Take(most).WithCancellation(call.Stopping).ConfigureAwait(false))
            {
                if (call.IsJson)
                    call.Output.Json(writer => AssetJson.Write(writer, version));
                else
                {
                    var marks = version.Aliases.Concat(version.IsPinned ? ["pinned"] : []).Concat(version.IsDeleted ? ["deleted"] : []);
                    rows.Add([$"{version.Number}", Timestamp.Short(version.CreatedAt), version.CreatedBy, AssetText.Short(version.Artifact), string.Join(", ", marks), AssetText.OneLine(version.Description)]);
                }
            }
            Columns.Write(call.Output, rows);
        });
    }
}
