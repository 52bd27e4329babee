using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class CatCommand
{
    private const int BufferSize = 128 << 10;

    public static Command Create()
    {
        var addresses = AddressArgument.Many("address", "Files.");
        var offset = new Option<long?>("--offset") { Description = "The position of the first byte to write, counted from 0. Default: 0.", HelpName = "BYTES" };
        var count = new Option<long?>("--count") { Description = "The maximum number of bytes to write. Default: all.", HelpName = "BYTES" };
        return new Command("cat", "Write files to standard output, one after the other.") { addresses, offset, count }
            .Runs((session, parsed, cancellationToken) =>
            {
                var range = RangeOf(parsed.GetValue(offset), parsed.GetValue(count));
                return session.ForEachAsync(parsed.GetRequiredValue(addresses), async text =>
                {
                    var location = await session.OpenAsync(text, cancellationToken).ConfigureAwait(false);
                    if (range is null)
                        await StandardTransfer.WriteOutAsync(session, location, cancellationToken).ConfigureAwait(false);
                    else
                        await WriteRangeAsync(session, location, range.Value, cancellationToken).ConfigureAwait(false);
                });
            });
    }

    private static ByteRange? RangeOf(long? offset, long? count)
    {
        if (offset is < 0 || count is < 0)
            throw new UsageException("--offset and --count must be 0 or greater.");
        return offset is null && count is null ? null : new ByteRange(offset ?? 0, count);
    }

    private static async Task WriteRangeAsync(Session session, Location location, ByteRange range, CancellationToken cancellationToken)
    {
        var content = await location.Store.OpenReadAsync(location.Path, new OpenReadOptions { Range = range }, cancellationToken).ConfigureAwait(false);
        await using var closing = content.ConfigureAwait(false);
        await content.CopyToAsync(session.Output.Stream, BufferSize, cancellationToken).ConfigureAwait(false);
    }
}
