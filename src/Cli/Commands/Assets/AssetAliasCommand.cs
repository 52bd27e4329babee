using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class AssetAliasCommand
{
    public static Command Create()
    {
        var name = AssetArgument.Name();
        var alias = new Argument<string?>("alias") { Description = "The alias.", HelpName = "ALIAS", Arity = ArgumentArity.ZeroOrOne };
        var version = new Argument<string?>("version") { Description = "The number of the version to which to move the alias, or 'latest'.", HelpName = "VERSION", Arity = ArgumentArity.ZeroOrOne };
        var history = new Option<bool>("--history") { Description = "List the moves of the alias, the newest first." };
        var at = new Option<string?>("--at") { Description = "Show where the alias was at a time: '2026-11-28T15:00:00Z', '2026-11-28', or '7d' ago.", HelpName = "TIME" };
        var from = new Option<string?>("--from") { Description = "Where the alias has to be: the number of a version, or 'none'. If it is elsewhere, it does not move.", HelpName = "N|none" };
        var why = new Option<string?>("--why") { Description = "The reason of the move, which protected aliases require.", HelpName = "TEXT" };
        var isFixed = new Option<bool>("--fixed") { Description = "Make it an alias that never moves again." };
        var remove = new Option<bool>("--remove") { Description = "Remove the alias. Its history stays." };
        var options = CatalogOptionSet.ForChanges();
        var command = new Command("alias", "List the aliases of an asset, show the history of one, or move one.") { name, alias, version, history, at, from, why, isFixed, remove };
        return options.Runs(command, async call =>
        {
            var asset = AssetArgument.ParseName(call.Get(name)!);
            var moved = call.Get(alias) is { } text ? AssetArgument.ParseAlias(text) : null;
            var (target, removes, tells, time) = (call.Get(version), call.Get(remove), call.Get(history), call.Get(at) is { } when ? TimeText.Parse(when, "--at") : (DateTimeOffset?)null);
            var changes = target is not null || removes;
            if (moved is null && (tells || time is not null || removes))
                throw new UsageException("--history, --at and --remove need an ALIAS.");
            if ((target is not null ? 1 : 0) + (removes ? 1 : 0) + (tells ? 1 : 0) + (time is not null ? 1 : 0) > 1)
                throw new UsageException("Specify only one of VERSION, --remove, --history and --at.");
            if (!changes && (call.Get(from) is not null || call.Get(why) is not null || call.Get(isFixed)))
                throw new UsageException("--from, --why and --fixed need a VERSION; --from and --why may also be used with --remove.");
            if (removes && call.Get(isFixed))
                throw new UsageException("--fixed cannot be used with --remove.");
            var expected = AssetArgument.ParseExpectation(call.Get(from));
            var number = target is null or "latest" ? 0 : AssetArgument.ParseNumber(target);
            var assets = (await call.OpenAsync(changes).ConfigureAwait(false)).Assets;
            if (moved is null)
                List(call, await assets.GetAssetAsync(asset, call.Stopping).ConfigureAwait(false));
            else if (tells)
                await WriteHistoryAsync(call, assets, asset, moved).ConfigureAwait(false);
            else if (!changes)
                await ShowAsync(call, assets, asset, moved, time).ConfigureAwait(false);
            else
            {
                var changed = removes
                    ? await assets.RemoveAliasAsync(asset, moved, expected, call.Get(why), call.Stopping).ConfigureAwait(false)
                    : await assets.MoveAliasAsync(
                        asset,
                        moved,
                        number > 0 ? number : (await assets.GetAsync(AssetReference.OfAsset(asset), call.Stopping).ConfigureAwait(false)).Number,
                        expected,
                        call.Get(why),
                        call.Get(isFixed),
                        call.Stopping).ConfigureAwait(false);
                await ReportAsync(call, assets, asset, moved, changed).ConfigureAwait(false);
            }
        });
    }

    private static void List(CatalogCall call, Asset asset)
    {
        var aliases = asset.Aliases.OrderBy(a => a.Key, Utf8Order.Comparer).ToList();
        if (!call.IsJson)
            Columns.Write(call.Output, [.. aliases.Select(a => new[] { a.Key, AssetText.Number(a.Value) + AssetText.Kinds(asset, a.Key) })]);
        else
        {
            foreach (var (name, number) in aliases)
            {
                call.Output.Json(writer =>
                {
                    writer.WriteString("alias", name);
                    writer.WriteNumber("version", number);
                    writer.WriteBoolean("fixed", asset.FixedAliases.Contains(name));
                    writer.WriteBoolean("protected", asset.ProtectedAliases.Contains(name));
                });
            }
        }
    }

    private static async Task WriteHistoryAsync(CatalogCall call, AssetCollection assets, string asset, string alias)
    {
        var rows = new List<string[]>();
        await foreach (var move in assets.AliasHistoryAsync(asset, alias, call.Stopping).ConfigureAwait(false))
        {
            if (call.IsJson)
                call.Output.Json(writer => AssetJson.Write(writer, move));
            else
                rows.Add([Timestamp.Short(move.At), AssetText.Move(move), move.By, AssetText.OneLine(move.Why)]);
        }
        Columns.Write(call.Output, rows);
    }

    /// <summary>Shows where an alias is or was. Times are those of the writers' clocks.</summary>
    private static async Task ShowAsync(CatalogCall call, AssetCollection assets, string asset, string alias, DateTimeOffset? time)
    {
        int? number;
        if (time is null)
            number = (await assets.GetAsync(AssetReference.OfAlias(asset, alias), call.Stopping).ConfigureAwait(false)).Number;
        else
        {
            var move = await assets.AliasHistoryAsync(asset, alias, call.Stopping).FirstOrDefaultAsync(m => m.At <= time, call.Stopping).ConfigureAwait(false);
            number = move?.To ?? throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"the alias '{alias}' of '{asset}' did not exist at {Timestamp.Short(time)}")
            {
                Advice = "See its history with --history.",
            });
        }
        if (!call.IsJson)
            call.Output.Line($"{asset}:{AssetText.Number(number)}");
        else
        {
            call.Output.Json(writer =>
            {
                writer.WriteString("alias", alias);
                AssetJson.Number(writer, "version", number);
                if (time is { } at)
                    writer.WriteString("at", Timestamp.Format(at));
            });
        }
    }

    private static async Task ReportAsync(CatalogCall call, AssetCollection assets, string asset, string alias, bool changed)
    {
        // The newest move is this one, unless somebody has moved the alias since.
        var last = await assets.AliasHistoryAsync(asset, alias, call.Stopping).FirstOrDefaultAsync(call.Stopping).ConfigureAwait(false);
        var where = last is null ? "no version" : changed ? AssetText.Move(last) : AssetText.Number(last.To);
        call.Report($"{asset}@{alias} {where}{(changed ? "" : " unchanged")}", writer =>
        {
            writer.WriteString("name", asset);
            writer.WriteString("change", "alias");
            writer.WriteBoolean("changed", changed);
            if (last is null)
                writer.WriteString("alias", alias);
            else
                AssetJson.Write(writer, last);
        });
    }
}
