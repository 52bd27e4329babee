using System.CommandLine;
using Cairn.Providers;

namespace Cairn.Cli.Commands;

internal static class PresignCommand
{
    public static Command Create()
    {
        var address = AddressArgument.One("address", "The file to read or write.");
        var write = new Option<bool>("--write") { Description = "Print a URL for writing the file with PUT instead of a URL for reading it." };
        var expires = DurationOption.Create("--expires", "DURATION", "The lifetime of the URL, such as 15m or 7d. Default: 1h.");
        var contentType = new Option<string?>("--content-type") { Description = "With --write: the Content-Type that the request must send, such as image/png.", HelpName = "TYPE" };
        return new Command("presign", "Print a URL that lets anyone who has it read or write a file.") { address, write, expires, contentType }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var lifetime = DurationOption.Read(parsed, expires) ?? TimeSpan.FromHours(1);
                if (lifetime <= TimeSpan.Zero)
                    throw new UsageException("--expires must be a duration longer than zero.");
                var type = parsed.GetValue(contentType);
                if (type is not null && !parsed.GetValue(write))
                    throw new UsageException("--content-type requires --write.");
                var location = await session.OpenAsync(parsed.GetRequiredValue(address), cancellationToken).ConfigureAwait(false);
                if (location.Path.IsRoot)
                    throw location.Fault(StoreErrorCode.NotFound, "presign", "it is a folder, not a file");
                var access = parsed.GetValue(write) ? PresignAccess.Write : PresignAccess.Read;
                var url = type is null
                    ? await location.Store.PresignAsync(location.Path, access, lifetime, cancellationToken).ConfigureAwait(false)
                    : await location.Store.PresignWriteAsync(location.Path, lifetime, type, cancellationToken).ConfigureAwait(false);
                session.Output.Line(url.AbsoluteUri);
            });
    }
}
