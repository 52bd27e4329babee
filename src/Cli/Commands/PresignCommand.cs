using System.CommandLine;
using Cairn.Providers;

namespace Cairn.Cli.Commands;

internal static class PresignCommand
{
    public static Command Create()
    {
        var address = AddressArgument.One("address", "The file.");
        var write = new Option<bool>("--write") { Description = "To write it, by PUT, rather than to read it." };
        var expires = DurationOption.Create("--expires", "DURATION", "How long it works, such as 15m or 7d; 1h by default.");
        var contentType = new Option<string?>("--content-type") { Description = "With --write: the media type that the request must name, such as image/png.", HelpName = "TYPE" };
        return new Command("presign", "Print a URL with which anyone who holds it can read or write a file.") { address, write, expires, contentType }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var lifetime = DurationOption.Read(parsed, expires) ?? TimeSpan.FromHours(1);
                if (lifetime <= TimeSpan.Zero)
                    throw new UsageException("--expires takes a duration longer than nothing.");
                var type = parsed.GetValue(contentType);
                if (type is not null && !parsed.GetValue(write))
                    throw new UsageException("--content-type goes with --write.");
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
