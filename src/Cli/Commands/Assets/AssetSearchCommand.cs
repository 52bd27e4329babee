using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class AssetSearchCommand
{
    public static Command Create()
    {
        var words = new Argument<string[]>("text") { Description = "Words, all of which have to occur; the last one may be the beginning of a word. Case and accents do not count.", HelpName = "TEXT", Arity = ArgumentArity.OneOrMore };
        var limit = LimitOption.Create("results");
        var cached = FreshnessOption.Create();
        var command = new Command("search", "Search the names, descriptions, tags and metadata of assets and versions.") { words, limit, cached };
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var (text, most) = (string.Join(' ', call.Get(words)!), LimitOption.Read(call.Parsed, limit));
            if (string.IsNullOrWhiteSpace(text))
                throw new UsageException("Specify the words to search for.");
            var catalog = await FreshnessOption.OpenAsync(call, cached).ConfigureAwait(false);
            var rows = new List<string[]>();
            await foreach (var hit in catalog.SearchAsync(text, FreshnessOption.Read(call.Parsed, cached), call.Stopping).Take(most).WithCancellation(call.Stopping).ConfigureAwait(false))
            {
                if (call.IsJson)
                    call.Output.Json(writer => Write(writer, hit));
                else
                    rows.Add(
                    [
                        hit.ToString(), hit.Asset is { } asset ? asset.Type ?? "-" : Timestamp.Short(hit.Version!.CreatedAt), AssetText.OneLine(hit.Asset?.Description ?? hit.Version?.Description),
                    ]);
            }
            Columns.Write(call.Output, rows);
            FreshnessOption.Tell(call, catalog, cached);
        });
    }

    private static void Write(System.Text.Json.Utf8JsonWriter writer, SearchHit hit)
    {
        writer.WriteString("kind", hit.Asset is null ? "version" : "asset");
        if (hit.Asset is { } asset)
            AssetJson.Write(writer, asset);
        else
            AssetJson.Write(writer, hit.Version!);
    }
}
