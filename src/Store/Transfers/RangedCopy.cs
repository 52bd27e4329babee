using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;
using Cairn.Reading;

namespace Cairn.Transfers;

/// <summary>Copies one file to a place that takes its pieces in any order: a large file of a remote store comes in several ranges at once, and is checked
/// against the CRC-32C that the store keeps.</summary>
internal static class RangedCopy
{
    /// <summary>Files above this come in several ranges at once, where the driver's content cannot seek.</summary>
    public const int RangeLength = 16 << 20;

    /// <summary>How many bytes are written at a time; a range is a multiple of it.</summary>
    public const int PieceLength = StoreWriteStream.PieceLength;

    /// <summary>
    /// Copies the whole file: the response that is open goes on from the front, other requests take ranges from the back, until they meet. A small file is one request, and the
    /// first answer, which is for the whole file, tells its checksum.
    /// </summary>
    /// <param name="store">The store to read.</param>
    /// <param name="source">The file, in the version of the answer.</param>
    /// <param name="first">The answer that is open, from the first byte on.</param>
    /// <param name="write">Writes a piece at an offset; several at once, in any order. Each but the last has <see cref="StoreWriteStream.PieceLength"/> bytes.</param>
    /// <param name="progress">Told how many more bytes have arrived.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task RunAsync(
        StoreCore store, PinnedFile source, StoreRead first, Func<ReadOnlyMemory<byte>, long, CancellationToken, ValueTask> write, Action<long>? progress, CancellationToken cancellationToken)
    {
        var info = first.Info;
        if (first.Content.CanSeek)
        {
            var local = new StoreReadStream(source, first, new() { IsSequential = true }, readAhead: 0);
            await using var closing = local.ConfigureAwait(false);
            if (info.Length > 0)
                await CopyRangeAsync(local.ReadAsync, write, new ByteRange(0, info.Length), false, progress, cancellationToken).ConfigureAwait(false);
            return;
        }
        var checks = info.Checksum is { Algorithm: Checksum.Crc32C };
        var count = (info.Length + RangeLength - 1) / RangeLength;
        var others = info.ETag is null ? 0 : (int)Math.Clamp(count - 1, 0, store.Options.PartParallelism - 1);
        var ranges = new Ranges(info.Length, checks, others);
        if (others == 0)
            await FrontAsync(cancellationToken).ConfigureAwait(false);
        else
        {
            var workers = new ParallelOptions { MaxDegreeOfParallelism = others + 1, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, others + 1, workers, async (worker, stopping) => await (worker == 0 ? FrontAsync(stopping) : BackAsync(worker, stopping)).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
        if (checks && ranges.Total() is var actual && actual != info.Checksum)
        {
            var fault = new StoreFault(StoreErrorCode.IntegrityFailure, $"what arrived is {actual} and the store promised {info.Checksum}; nothing was kept") { IsTransient = true };
            throw new StoreException(fault).WithContext(StoreOperations.Download, source.Uri);
        }

        async Task FrontAsync(CancellationToken stopping)
        {
            var front = new ResumingRead(source, first, 0, info.Length);
            await using var disposing = front.ConfigureAwait(false);
            for (long index; (index = ranges.Take(fromFront: true)) >= 0;)
                ranges.Done(index, await CopyRangeAsync(front.ReadAsync, write, ranges[index], checks, progress, stopping).ConfigureAwait(false));
        }

        async Task BackAsync(int worker, CancellationToken stopping)
        {
            // Each has its first range from the start: how many requests there are does not hang on who begins first.
            for (var index = ranges.Count - worker; index >= 0; index = ranges.Take(fromFront: false))
            {
                var range = ranges[index];
                var read = new ResumingRead(source, null, range.Offset, range.Offset + range.Length!.Value);
                await using var ending = read.ConfigureAwait(false);
                ranges.Done(index, await CopyRangeAsync(read.ReadAsync, write, range, checks, progress, stopping).ConfigureAwait(false));
            }
        }
    }

    /// <returns>The bytes' CRC-32C, where it was asked for.</returns>
    private static async Task<uint> CopyRangeAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Func<ReadOnlyMemory<byte>, long, CancellationToken, ValueTask> write, ByteRange range, bool checks,
            Action<long>? progress, CancellationToken cancellationToken)
    {
        var crc = Crc32C.Begin();
        var left = range.Length!.Value;
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(left, PieceLength));
        try
        {
            for (var at = range.Offset; left > 0;)
            {
                // A piece is small enough for the processor to have it in its cache when it is checked and written.
                var count = (int)Math.Min(left, PieceLength);
                for (var filled = 0; filled < count;)
                {
                    var more = await read(buffer.AsMemory(filled, count - filled), cancellationToken).ConfigureAwait(false);
                    if (more == 0)
                        throw new EndOfStreamException("The content ended before its length.");
                    filled += more;
                }
                if (checks)
                    crc.Append(buffer.AsSpan(0, count));
                await write(buffer.AsMemory(0, count), at, cancellationToken).ConfigureAwait(false);
                at += count;
                left -= count;
                progress?.Invoke(count);
            }
            return crc.GetCurrentHashAsUInt32();
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The ranges of a file, given out from both ends; the last few are reserved.</summary>
    private sealed class Ranges(long length, bool checks, int reserved)
    {
        private readonly uint[] _crcs = checks ? new uint[(length + RangeLength - 1) / RangeLength] : [];
        private readonly Lock _gate = new();
        private long _front;
        private long _back = (length + RangeLength - 1) / RangeLength - reserved;

        public long Count { get; } = (length + RangeLength - 1) / RangeLength;

        public ByteRange this[long index] => new(index * RangeLength, Math.Min(RangeLength, length - index * RangeLength));

        /// <summary>The next range's number; -1 when none is left.</summary>
        public long Take(bool fromFront)
        {
            lock (_gate)
                return _front == _back ? -1 : fromFront ? _front++ : --_back;
        }

        public void Done(long index, uint crc)
        {
            if (checks)
                _crcs[index] = crc;
        }

        public Checksum Total()
        {
            var all = 0u;
            for (var i = 0; i < _crcs.Length; i++)
                all = Crc32C.Combine(all, _crcs[i], this[i].Length!.Value);
            return Checksum.FromCrc32C(all);
        }
    }
}
