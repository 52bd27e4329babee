using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class MkdirCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Folders.");
        return new Command("mkdir", "Create folders and their parents. Existing folders are not changed.") { addresses }
            .Runs((session, parsed, cancellationToken) => session.ForEachAsync(parsed.GetRequiredValue(addresses), async text =>
            {
                var location = await session.OpenAsync(text, cancellationToken).ConfigureAwait(false);
                await location.RequireContainerAsync(cancellationToken).ConfigureAwait(false);
                await location.Store.MakeDirectoryAsync(location.Path, cancellationToken).ConfigureAwait(false);
            }));
    }
}
