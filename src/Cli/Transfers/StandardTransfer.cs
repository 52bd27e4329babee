namespace Cairn.Cli;

/// <summary>Transfers files from standard input and to standard output.</summary>
internal static class StandardTransfer
{
    private const int BufferSize = 128 << 10;

    public static Task WriteOutAsync(Session session, Location source, CancellationToken cancellationToken) =>
        source.Store.DownloadAsync(source.Path, session.Output.Stream, cancellationToken: cancellationToken);

    public static async Task ReadInAsync(Location target, WriteMode mode, CancellationToken cancellationToken)
    {
        var stream = await target.Store.OpenWriteAsync(target.Path, mode, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var input = Console.OpenStandardInput();
            var buffer = new byte[BufferSize];
            while (true)
            {
                // A read from a terminal or pipe cannot be cancelled. On cancellation, the read and its buffer are abandoned.
                var count = await Task.Run(() => input.Read(buffer), CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    break;
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
            await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
