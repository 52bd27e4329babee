using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

internal static class MvCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.SourcesAndTarget("One or more sources, then the target: an existing folder, which receives them, or a new name.");
        var noReplace = new Option<bool>("--no-replace") { Description = "Fail if a target file already exists." };
        var force = new Option<bool>("--force", "-f") { Description = "Allow moving what belongs to an artifact repository, whose artifacts are then no longer found." };
        var failFast = TransferFlags.FailFast();
        return new Command("mv", "Move files and folders within and between stores. If the store cannot rename, the files are copied and the source is removed after all copies are complete. If the command fails or is interrupted, the source is kept.") { addresses, noReplace, force, failFast }
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
                    if (!parsed.GetValue(force))
                        await RepositoryGuard.RefuseAsync(
                            from, transfer.Info.IsDirectory, "move", "Its artifacts would no longer be found. Add -f to move it nevertheless.", cancellationToken).ConfigureAwait(false);
                    var (_, info, to) = transfer;
                    var mode = info.IsDirectory || parsed.GetValue(noReplace) ? WriteMode.CreateNew : WriteMode.Replace;
                    await ProgressBar.ShowAsync(session, source.Text, progress => from.Store.MoveToAsync(
                        from.Path, to.Store, to.Path, mode, new TransferOptions { FailFast = parsed.GetValue(failFast), Progress = progress }, cancellationToken)).ConfigureAwait(false);
                    transfer.Teller(session)?.Invoke(StorePath.Root);
                }).ConfigureAwait(false);
            });
    }
}
