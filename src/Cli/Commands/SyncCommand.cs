using System.CommandLine;
using Cairn.Transfers;

namespace Cairn.Cli.Commands;

internal static class SyncCommand
{
    public static Command Create()
    {
        var source = AddressArgument.One("source", "The source folder.");
        var target = AddressArgument.One("target", "The target folder; it is created if it does not exist.");
        var delete = new Option<bool>("--delete") { Description = "After all copies, remove files and folders that are not in the source, but only if nothing has failed." };
        var despite = new Option<bool>("--delete-despite-failures") { Description = "Like --delete, but also remove if something has failed." };
        var maxDelete = new Option<long?>("--max-delete") { Description = "With --delete: remove nothing if more than N files and folders would be removed.", HelpName = "N" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Print the changes without making them." };
        var checksum = new Option<bool>("--checksum") { Description = "Compare files of equal length by their content instead of their times; this reads both files." };
        var force = new Option<bool>("--force", "-f") { Description = "With --delete: allow removing what belongs to an artifact repository in the target." };
        var json = Json.Option();
        var flags = new TransferFlags();
        return flags.AddTo(new Command("sync", "Make the target folder equal to the source folder: copy files that are new, or that differ in length or in the modification time recorded at the last copy.") { source, target, delete, despite, maxDelete, dryRun, checksum, force, json })
            .Runs(async (session, parsed, cancellationToken) =>
            {
                if (parsed.GetValue(maxDelete) is < 0)
                    throw new UsageException("--max-delete must be 0 or greater.");
                var from = await session.OpenForCopyAsync(parsed.GetRequiredValue(source), cancellationToken).ConfigureAwait(false);
                var to = await session.OpenForCopyAsync(parsed.GetRequiredValue(target), cancellationToken).ConfigureAwait(false);
                await CheckAsync(from, to, cancellationToken).ConfigureAwait(false);
                var deletes = parsed.GetValue(delete) || parsed.GetValue(despite);
                if (deletes && !parsed.GetValue(force) && !parsed.GetValue(dryRun))
                {
                    await RepositoryGuard.RefuseAsync(
                        to, mayContain: true, "synchronise to", "Artifacts that are not in the source would be lost. Add -f to remove them nevertheless, or omit --delete.", cancellationToken).ConfigureAwait(false);
                }
                var report = new SyncReport(session, parsed.GetValue(dryRun), parsed.GetValue(json));
                var options = flags.Apply(parsed, new SyncOptions
                {
                    Delete = deletes,
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
        var found = await source.LookAsync(cancellationToken).ConfigureAwait(false) ?? throw source.Fault(StoreErrorCode.NotFound, Operation, "no file or folder exists at that path");
        if (found.IsFile)
            throw source.Fault(StoreErrorCode.PathConflict, Operation, "it is a file", "Copy a file with 'cairn cp'.");
        if (await target.LookAsync(cancellationToken).ConfigureAwait(false) is { IsFile: true })
            throw target.Fault(StoreErrorCode.PathConflict, Operation + " to", "a file exists at that path");
        if (SamePlace.AreSame(source, target) || SamePlace.IsInside(target, source) || SamePlace.IsInside(source, target))
            throw source.Fault(StoreErrorCode.PathConflict, Operation, $"it and the target {target.Address.Text} are the same folder, or one contains the other");
    }
}
