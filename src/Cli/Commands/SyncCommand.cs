using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class SyncCommand
{
    public static Command Create()
    {
        var source = AddressArgument.One("source", "The folder to follow.");
        var target = AddressArgument.One("target", "The folder to make equal; made when it is not there.");
        var delete = new Option<bool>("--delete") { Description = "Remove what the source does not have." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        var checksum = new Option<bool>("--checksum") { Description = "Compare files of one length by content, reading both, instead of by time." };
        var json = Json.Option();
        return new Command("sync", "Make a folder equal to another: copy what is new, of another length, or newer than the target's.") { source, target, delete, dryRun, checksum, json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var from = await session.OpenForCopyAsync(parsed.GetRequiredValue(source), cancellationToken).ConfigureAwait(false);
                var to = await session.OpenForCopyAsync(parsed.GetRequiredValue(target), cancellationToken).ConfigureAwait(false);
                await CheckAsync(from, to, cancellationToken).ConfigureAwait(false);
                var comparison = new TreeComparison(from, to, parsed.GetValue(checksum));
                var sync = new TreeSync(session, comparison, parsed.GetValue(delete), parsed.GetValue(dryRun), parsed.GetValue(json));
                return await sync.RunAsync(cancellationToken).ConfigureAwait(false);
            });
    }

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
