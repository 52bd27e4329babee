using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

internal static class SyncCommand
{
    public static Command Create()
    {
        var source = AddressArgument.One("source", "The folder to follow.");
        var target = AddressArgument.One("target", "The folder to make equal; made when it is not there.");
        var delete = new Option<bool>("--delete") { Description = "Remove what the source does not have, after all copies and only when nothing has failed." };
        var despite = new Option<bool>("--delete-despite-failures") { Description = "Like --delete, and remove although something has failed." };
        var maxDelete = new Option<long?>("--max-delete") { Description = "Remove nothing when more than so many files and folders would go.", HelpName = "N" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var checksum = new Option<bool>("--checksum") { Description = "Compare files of one length by content, reading both, instead of by time." };
        var json = Json.Option();
        var flags = new TransferFlags();
        return flags.AddTo(new Command("sync", "Make a folder equal to another: copy what is new, of another length, or of another time than the target remembers.") { source, target, delete, despite, maxDelete, dryRun, checksum, json })
            .Runs(async (session, parsed, cancellationToken) =>
            {
                if (parsed.GetValue(maxDelete) is < 0)
                    throw new UsageException("--max-delete is at least 0.");
                var from = await session.OpenForCopyAsync(parsed.GetRequiredValue(source), cancellationToken).ConfigureAwait(false);
                var to = await session.OpenForCopyAsync(parsed.GetRequiredValue(target), cancellationToken).ConfigureAwait(false);
                await CheckAsync(from, to, cancellationToken).ConfigureAwait(false);
                var report = new SyncReport(session, parsed.GetValue(dryRun), parsed.GetValue(json));
                var options = flags.Apply(parsed, new SyncOptions
                {
                    Delete = parsed.GetValue(delete) || parsed.GetValue(despite),
                    DeleteDespiteFailures = parsed.GetValue(despite),
                    MaxDelete = parsed.GetValue(maxDelete),
                    ByContent = parsed.GetValue(checksum),
                    DryRun = parsed.GetValue(dryRun),
                    Step = report.Step,
                });
                try
                {
                    var result = await SyncAsync(from, to, options, cancellationToken).ConfigureAwait(false);
                    session.ReportSkipped(result);
                    report.End(result);
                    return ExitCode.Done;
                }
                catch (BatchFailedException e) when (e.Result is { } result)
                {
                    session.ReportSkipped(result);
                    var code = session.Report(e);
                    report.End(result);
                    return code;
                }
            });
    }

    private static Task<TransferResult> SyncAsync(Location from, Location to, SyncOptions options, CancellationToken cancellationToken) => from.LocalPath is { } folder
        ? to.Store.SyncFromDirectoryAsync(folder, to.Path, options, cancellationToken)
        : from.Store.SyncToAsync(from.Path, to.Store, to.Path, options, cancellationToken);

    private static async Task CheckAsync(Location source, Location target, CancellationToken cancellationToken)
    {
        const string Operation = "synchronise";
        var found = await source.LookAsync(cancellationToken).ConfigureAwait(false) ?? throw source.Fault(StoreErrorCode.NotFound, Operation, "nothing is there");
        if (found.IsFile)
            throw source.Fault(StoreErrorCode.PathConflict, Operation, "it is a file", "Copy a file with 'cairn cp'.");
        if (await target.LookAsync(cancellationToken).ConfigureAwait(false) is { IsFile: true })
            throw target.Fault(StoreErrorCode.PathConflict, Operation + " to", "a file stands there");
        if (SamePlace.AreSame(source, target) || SamePlace.IsInside(target, source) || SamePlace.IsInside(source, target))
            throw source.Fault(StoreErrorCode.PathConflict, Operation, $"source and target {target.Address.Text} lie in one another");
    }
}
