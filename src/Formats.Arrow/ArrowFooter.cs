using System.Buffers;
using System.Buffers.Binary;

namespace Cairn.Formats.Arrow;

/// <summary>The schema of a file that does not begin with one: Arrow's JavaScript library leaves out the schema message, which the footer repeats.</summary>
internal static class ArrowFooter
{
    /// <summary>The length of the footer, and the mark that ends a file.</summary>
    private const int EndLength = sizeof(int) + 6;

    private static ReadOnlySpan<byte> Mark => "ARROW1"u8;

    /// <summary>Reads the footer and makes the message of it that the file leaves out.</summary>
    /// <param name="length">How many bytes the file has.</param>
    /// <param name="open">Opens a part of the file.</param>
    /// <param name="openWhole">Opens the file; who reads it to the end has checked it.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The message, without what frames it.</returns>
    /// <exception cref="InvalidDataException">There is no footer, or it has no schema.</exception>
    public static async ValueTask<byte[]> ReadSchemaAsync(
        long length, Func<ByteRange, CancellationToken, ValueTask<Stream>> open, Func<CancellationToken, ValueTask<Stream>> openWhole, CancellationToken cancellationToken)
    {
        var end = new byte[EndLength];
        if (length > end.Length)
        {
            var part = await open(new ByteRange(length - end.Length, end.Length), cancellationToken).ConfigureAwait(false);
            await using var closingPart = part.ConfigureAwait(false);
            await part.ReadExactlyAsync(end, cancellationToken).ConfigureAwait(false);
        }
        var size = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (!end.AsSpan(sizeof(int)).SequenceEqual(Mark) || size < 8 || size > length - end.Length)
            throw new InvalidDataException("it neither begins with a schema nor ends with a footer");
        // A part is checked by nobody, and the schema decides what everything else means: the whole file is read for it.
        var whole = await openWhole(cancellationToken).ConfigureAwait(false);
        await using var closing = whole.ConfigureAwait(false);
        await SkipAsync(whole, length - end.Length - size, cancellationToken).ConfigureAwait(false);
        var footer = new byte[size];
        await whole.ReadExactlyAsync(footer, cancellationToken).ConfigureAwait(false);
        await whole.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        return MessageShape.SchemaOf(footer);
    }

    private static async ValueTask SkipAsync(Stream stream, long count, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (count > 0)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw new EndOfStreamException("it ends before its footer");
                count -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
