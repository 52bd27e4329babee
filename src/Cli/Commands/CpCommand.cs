using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class CpCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Sources, and last the target: an existing folder (the copies go into it), or a new name. '-' is standard input as the source, or standard output as the target.");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "Folders with all that is below them." };
        var noReplace = new Option<bool>("--no-replace") { Description = "Fail where a file is there already." };
        return new Command("cp", "Copy files, or folders with -r, within and between stores.") { addresses, recursive, noReplace }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var given = SourcesAndTarget.Split(parsed.GetRequiredValue(addresses));
                var mode = parsed.GetValue(noReplace) ? WriteMode.CreateNew : WriteMode.Replace;
                if (given.Target.Kind == AddressKind.Standard)
                    return await ToStandardOutputAsync(session, given, cancellationToken).ConfigureAwait(false);
                var target = await session.OpenForCopyAsync(given.Target, cancellationToken).ConfigureAwait(false);
                if (given.Sources is [{ Kind: AddressKind.Standard }])
                {
                    await StandardTransfer.ReadInAsync(target, mode, cancellationToken).ConfigureAwait(false);
                    return ExitCode.Done;
                }
                var plan = await TargetPlan.CreateAsync("copy", target, given.Sources.Count, cancellationToken).ConfigureAwait(false);
                return await session.ForEachAsync(given.Sources, async source =>
                {
                    var transfer = await plan.PlanAsync(await session.OpenForCopyAsync(source, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                    if (transfer.Info.IsDirectory && !parsed.GetValue(recursive))
                        throw transfer.Source.Fault(StoreErrorCode.PathConflict, "copy", "it is a folder", "Give -r to copy it with all that is below it.");
                    await ProgressBar.ShowAsync(session, source.Text, progress => CopyAsync(transfer, mode, progress, cancellationToken)).ConfigureAwait(false);
                }).ConfigureAwait(false);
            });
    }

    private static Task CopyAsync(Transfer transfer, WriteMode mode, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var (source, info, target) = transfer;
        return info.IsFile
            ? source.Store.CopyToAsync(source.Path, target.Store, target.Path, mode, cancellationToken)
            : source.Store.CopyTreeToAsync(source.Path, target.Store, target.Path, new TransferOptions { Mode = mode, Progress = progress }, cancellationToken);
    }

    private static Task<int> ToStandardOutputAsync(Session session, SourcesAndTarget given, CancellationToken cancellationToken) =>
        session.ForEachAsync(given.Sources, async source =>
            await StandardTransfer.WriteOutAsync(session, await session.OpenAsync(source, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
}
