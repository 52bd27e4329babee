using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class RmCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "The files to remove, or folders with -r.");
        var recursive = new Option<bool>("--recursive", "-r") { Description = "Remove folders with all their content." };
        var force = new Option<bool>("--force", "-f") { Description = "Ignore missing files, and allow emptying the root of a store and removing what belongs to an artifact repository." };
        var failFast = TransferFlags.FailFast();
        return new Command("rm", "Remove files, or folders with -r.") { addresses, recursive, force, failFast }
            .Runs((session, parsed, cancellationToken) => session.ForEachAsync(
                parsed.GetRequiredValue(addresses),
                async text => await RemoveAsync(
                    await session.OpenAsync(text, cancellationToken).ConfigureAwait(false), parsed.GetValue(recursive), parsed.GetValue(force), parsed.GetValue(failFast), cancellationToken)
                        .ConfigureAwait(false)));
    }

    private static async Task RemoveAsync(Location location, bool recursive, bool force, bool failFast, CancellationToken cancellationToken)
    {
        const string Operation = "remove";
        var found = await location.LookAsync(cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            if (!force)
                throw location.Fault(StoreErrorCode.NotFound, Operation, "no file or folder exists at that path");
            return;
        }
        if (found.IsFile)
        {
            await GuardAsync().ConfigureAwait(false);
            await location.Store.RemoveAsync(location.Path, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (!recursive)
            throw location.Fault(StoreErrorCode.PathConflict, Operation, "it is a folder", "Add -r to remove it with all its content.");
        if (location.Path.IsRoot && (!force || location.Address.Kind is AddressKind.Local))
            throw location.Fault(StoreErrorCode.PathConflict, Operation, "it is the root of a store", "Add -f to empty a registered store.");
        await GuardAsync().ConfigureAwait(false);
        await location.Store.RemoveTreeAsync(location.Path, failFast, cancellationToken).ConfigureAwait(false);

        Task GuardAsync() => force
            ? Task.CompletedTask
            : RepositoryGuard.RefuseAsync(location, found.IsDirectory, Operation, "Its artifacts would be lost. Add -f to remove it nevertheless.", cancellationToken);
    }
}
