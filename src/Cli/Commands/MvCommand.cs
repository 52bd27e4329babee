using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

internal static class MvCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.SourcesAndTarget("Sources, and last the target: an existing folder (they go into it), or a new name.");
        var noReplace = new Option<bool>("--no-replace") { Description = "Fail where a file is there already." };
        var failFast = TransferFlags.FailFast();
        return new Command("mv", "Move files and folders within and between stores. What cannot be renamed is copied, and removed when all has arrived: interrupted or failed, the source stays.") { addresses, noReplace, failFast }
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
                    var transfer = await plan.PlanAsync(from, cancellationToken).ConfigureAwait(false);
                    var (_, info, to) = transfer;
                    var mode = info.IsDirectory || parsed.GetValue(noReplace) ? WriteMode.CreateNew : WriteMode.Replace;
                    await ProgressBar.ShowAsync(session, source.Text, progress => from.Store.MoveToAsync(
                        from.Path, to.Store, to.Path, mode, new TransferOptions { FailFast = parsed.GetValue(failFast), Progress = progress }, cancellationToken)).ConfigureAwait(false);
                    transfer.Teller(session)?.Invoke(StorePath.Root);
                }).ConfigureAwait(false);
            });
    }
}
