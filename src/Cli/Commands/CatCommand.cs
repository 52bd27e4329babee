using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class CatCommand
{
    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Files.");
        return new Command("cat", "Write files to standard output, one after the other.") { addresses }
            .Runs((session, parsed, cancellationToken) => session.ForEachAsync(
                parsed.GetRequiredValue(addresses),
                async text => await StandardTransfer.WriteOutAsync(session, await session.OpenAsync(text, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)));
    }
}
