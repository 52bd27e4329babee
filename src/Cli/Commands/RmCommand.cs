using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class RmCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Files, or folders with -r.");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "Folders with all that is below them." };
        var force = new Option<bool>("--force", "-f") { Description = "Nothing there is no error; and a store's root may be emptied." };
        var failFast = TransferFlags.FailFast();
        return new Command("rm", "Remove files, or folders with -r.") { addresses, recursive, force, failFast }
            .Runs((session, parsed, cancellationToken) => session.ForEachAsync(
                parsed.GetRequiredValue(addresses),
                async text => await RemoveAsync(
                    await session.OpenAsync(text, cancellationToken).ConfigureAwait(false), parsed.GetValue(recursive), parsed.GetValue(force), parsed.GetValue(failFast), cancellationToken).ConfigureAwait(false)));
    }

    private static async Task RemoveAsync(Location location, bool recursive, bool force, bool failFast, CancellationToken cancellationToken)
    {
        const string Operation = "remove";
        var found = await location.LookAsync(cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            if (!force)
                throw location.Fault(StoreErrorCode.NotFound, Operation, "nothing is there");
            return;
        }
        if (found.IsFile)
        {
            await location.Store.RemoveAsync(location.Path, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (!recursive)
            throw location.Fault(StoreErrorCode.PathConflict, Operation, "it is a folder", "Give -r to remove it with all that is below it.");
        if (location.Path.IsRoot && (!force || location.Address.Kind is AddressKind.Local))
            throw location.Fault(StoreErrorCode.PathConflict, Operation, "it is the root of a store", "Give -f as well to empty a registered store.");
        await location.Store.RemoveTreeAsync(location.Path, failFast, cancellationToken).ConfigureAwait(false);
    }
}
