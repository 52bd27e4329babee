using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

internal static class CpCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.SourcesAndTarget("One or more sources, then the target: an existing folder, which receives the copies, or a new name. '-' is standard input as the source or standard output as the target.");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "Copy folders with all their content." };
        var noReplace = new Option<bool>("--no-replace") { Description = "Fail if a target file already exists." };
        var flags = new TransferFlags();
        return flags.AddTo(new Command("cp", "Copy files, or folders with -r, within and between stores. A source that ends with '/.' (src/., :src/.) stands for the content of the folder, not the folder itself.") { addresses, recursive, noReplace })
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var given = SourcesAndTarget.Split(parsed.GetRequiredValue(addresses));
                var mode = parsed.GetValue(noReplace) ? WriteMode.CreateNew : WriteMode.Replace;
                if (flags.HasFilter(parsed) && !parsed.GetValue(recursive))
                    throw new UsageException("--include and --exclude select files below a folder. Add -r.");
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
                        throw transfer.Source.Fault(StoreErrorCode.PathConflict, "copy", "it is a folder", "Add -r to copy it with all its content.");
                    var options = flags.Apply(parsed, new TransferOptions { Mode = mode, Arrived = transfer.Teller(session) });
                    await ProgressBar.ShowAsync(session, source.Text, progress => CopyAsync(session, transfer, options with { Progress = progress }, cancellationToken)).ConfigureAwait(false);
                }).ConfigureAwait(false);
            });
    }

    private static async Task CopyAsync(Session session, Transfer transfer, TransferOptions options, CancellationToken cancellationToken)
    {
        var (source, info, target) = transfer;
        if (info.IsFile)
        {
            _ = source.LocalPath is { } file
                ? await target.Store.UploadFileAsync(file, target.Path, options.Mode, null, options.Progress, cancellationToken).ConfigureAwait(false)
                : await source.Store.CopyToAsync(source.Path, target.Store, target.Path, options.Mode, options.Progress, cancellationToken).ConfigureAwait(false);
            options.Arrived?.Invoke(StorePath.Root);
            return;
        }
        var result = source.LocalPath is { } folder
            ? await target.Store.UploadDirectoryAsync(folder, target.Path, options, cancellationToken).ConfigureAwait(false)
            : await source.Store.CopyTreeToAsync(source.Path, target.Store, target.Path, options, cancellationToken).ConfigureAwait(false);
        session.ReportSkipped(result);
    }

    private static Task<int> ToStandardOutputAsync(Session session, SourcesAndTarget given, CancellationToken cancellationToken) =>
        session.ForEachAsync(given.Sources, async source =>
            await StandardTransfer.WriteOutAsync(session, await session.OpenAsync(source, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
}
