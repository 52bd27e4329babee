using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class MvCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Sources, and last the target: an existing folder (they go into it), or a new name.");
        var noReplace = new Option<bool>("--no-replace") { Description = "Fail where a file is there already." };
        return new Command("mv", "Move files and folders within and between stores. Interrupted, the source stays.") { addresses, noReplace }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var given = SourcesAndTarget.Split(parsed.GetRequiredValue(addresses));
                var target = await session.OpenAsync(given.Target, cancellationToken).ConfigureAwait(false);
                var plan = await TargetPlan.CreateAsync("move", target, given.Sources.Count, cancellationToken).ConfigureAwait(false);
                return await session.ForEachAsync(given.Sources, async source =>
                {
                    var from = await session.OpenAsync(source, cancellationToken).ConfigureAwait(false);
                    if (from.Path.IsRoot)
                        throw from.Fault(StoreErrorCode.PathConflict, "move", "it is the root of a store", "Copy it with 'cairn cp -r', then remove it.");
                    var (_, info, to) = await plan.PlanAsync(from, cancellationToken).ConfigureAwait(false);
                    var mode = info.IsDirectory || parsed.GetValue(noReplace) ? WriteMode.CreateNew : WriteMode.Replace;
                    await from.Store.MoveToAsync(from.Path, to.Store, to.Path, mode, cancellationToken).ConfigureAwait(false);
                }).ConfigureAwait(false);
            });
    }
}
