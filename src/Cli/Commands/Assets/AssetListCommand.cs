using System.CommandLine;
using System.IO.Enumeration;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class AssetListCommand
{
    public static Command Create()
    {
        var pattern = new Argument<string?>("pattern") { Description = "The beginning of the name, or a pattern in which '*' stands for any text and '?' for one character. Case does not count.", HelpName = "PATTERN", Arity = ArgumentArity.ZeroOrOne };
        var type = new Option<string?>("--type") { Description = "List assets of this type.", HelpName = "TYPE" };
        var tag = new Option<string?>("--tag") { Description = "List assets with this tag.", HelpName = "TAG" };
        var alias = new Option<string?>("--alias") { Description = "List assets with this alias.", HelpName = "ALIAS" };
        var where = new Option<string[]>("--where") { Description = "A condition on the metadata of the latest version, such as 'auc>0.9' or 'site.region=north': =, <, <=, > or >=. Can be repeated; all have to hold.", HelpName = "CONDITION", AllowMultipleArgumentsPerToken = false };
        var since = new Option<string?>("--since") { Description = "List assets whose latest version was created since a time: '2026-11-28T15:00:00Z', '2026-11-28', or '7d' ago.", HelpName = "TIME" };
        var limit = LimitOption.Create("assets");
        var order = new Option<string>("--order") { Description = "'name', or 'time' for the assets that changed last first. Default: name.", HelpName = "ORDER", DefaultValueFactory = _ => "name" };
        order.AcceptOnlyFromAmong("name", "time");
        var deleted = new Option<bool>("--deleted") { Description = "List deleted assets too." };
        var cached = FreshnessOption.Create();
        var command = new Command("list", "List assets.") { pattern, type, tag, alias, where, since, limit, order, deleted, cached };
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var options = new AssetListOptions
            {
                NamePrefix = Prefix(call.Get(pattern)),
                Type = call.Get(type),
                Tag = call.Get(tag),
                Alias = call.Get(alias) is { } text ? AssetArgument.ParseAlias(text) : null,
                Where = [.. (call.Get(where) ?? []).Select(c => ConditionText.Parse(c))],
                IncludeDeleted = call.Get(deleted),
                NewestFirst = call.Get(order) == "time",
                Freshness = FreshnessOption.Read(call.Parsed, cached),
            };
            var from = call.Get(since) is { } time ? TimeText.Parse(time, since.Name) : (DateTimeOffset?)null;
            var most = LimitOption.Read(call.Parsed, limit);
            var catalog = await FreshnessOption.OpenAsync(call, cached).ConfigureAwait(false);
            HashSet<Guid>? recent = null;
            if (from is not null)
            {
                var versions = new VersionListOptions { NamePrefix = options.NamePrefix, Type = options.Type, Since = from, OnlyLatest = true, Freshness = options.Freshness };
                recent = await catalog.Assets.ListVersionsAsync(versions, call.Stopping).Select(v => v.AssetId).ToHashSetAsync(cancellationToken: call.Stopping).ConfigureAwait(false);
                options = options with { Freshness = Freshness.Cached };
            }
            var found = catalog.Assets.ListAsync(options, call.Stopping)
                .Where(a => recent?.Contains(a.Id) != false && Matches(call.Get(pattern), a.Name)).Take(most);
            var rows = new List<string[]>();
            await foreach (var asset in found.WithCancellation(call.Stopping).ConfigureAwait(false))
            {
                if (call.IsJson)
                    call.Output.Json(writer => AssetJson.Write(writer, asset));
                else
                    rows.Add(Row(asset));
            }
            Columns.Write(call.Output, rows);
            FreshnessOption.Tell(call, catalog, cached);
        });
    }

    /// <summary>A line of a list.</summary>
    public static string[] Row(Asset asset) =>
    [
        asset.Name + (asset.IsDeleted ? " (deleted)" : ""),
        asset.Type ?? "-",
        AssetText.Number(asset.Latest),
        asset.Aliases.Count == 0 ? "-" : string.Join(", ", asset.Aliases.OrderBy(a => a.Key, Utf8Order.Comparer).Select(a => $"{a.Key} → {AssetText.Number(a.Value)}")),
        string.Join(", ", asset.Tags),
    ];

    private static string? Prefix(string? pattern) => pattern?.AsSpan().IndexOfAny('*', '?') switch
    {
        null or 0 => null,
        < 0 => pattern,
        { } wild => pattern[..wild],
    };

    private static bool Matches(string? pattern, string name) => pattern is null || pattern.AsSpan().IndexOfAny('*', '?') < 0 || FileSystemName.MatchesSimpleExpression(pattern, name);
}
