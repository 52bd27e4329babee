using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Cairn.Catalog.Records;

/// <summary>Reads and writes lines of records, which batches and segments consist of.</summary>
internal static class RecordLines
{
    /// <summary>The media type of lines of JSON.</summary>
    public const string MediaType = "application/x-ndjson";

    private const int KeptOfLongLine = 1024;

    /// <summary>Returns whether bytes can be a line: they have no line feed, and not too many bytes.</summary>
    public static bool CanHold(ReadOnlySpan<byte> content) => content.Length is > 0 and <= RecordJson.MaxBytes && !content.Contains((byte)'\n');

    /// <summary>Reads lines. One that is longer than a record may be is returned as unusable, with its beginning; an empty one is skipped.</summary>
    /// <param name="stream">The lines, which are read to the end. The caller disposes it.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async IAsyncEnumerable<RecordLine> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new(leaveOpen: true, bufferSize: 64 << 10));
        byte[]? start = null;
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                if (Take(rest.Slice(0, end), ref start) is { } line)
                    yield return line;
                rest = rest.Slice(rest.GetPosition(1, end));
            }
            if (rest.Length > RecordJson.MaxBytes)
            {
                // The rest of the line is dropped, not kept.
                start ??= rest.Slice(0, KeptOfLongLine).ToArray();
                rest = rest.Slice(rest.End);
            }
            if (result.IsCompleted)
            {
                if (Take(rest, ref start) is { } line)
                    yield return line;
                break;
            }
            pipe.AdvanceTo(rest.Start, rest.End);
        }
        await pipe.CompleteAsync().ConfigureAwait(false);
    }

    private static RecordLine? Take(ReadOnlySequence<byte> line, ref byte[]? start)
    {
        if (start is null && line.Length > RecordJson.MaxBytes)
            start = line.Slice(0, KeptOfLongLine).ToArray();
        if (start is not null)
        {
            var kept = start;
            start = null;
            return RecordLine.Unusable(kept, $"it has more than {RecordJson.MaxBytes} bytes");
        }
        return line.IsEmpty ? null : RecordLine.Of(line.ToArray());
    }
}
