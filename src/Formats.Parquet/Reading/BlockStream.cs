using System.Buffers;
using Cairn.Materializers;
using Cairn.Streams;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>A file of an artifact that is read in blocks on demand. Each block is compared with its digest before its bytes are returned.</summary>
/// <remarks>Not thread-safe. Data that a library reads synchronously must have been fetched with <see cref="FetchAsync"/>.</remarks>
internal sealed class BlockStream(ArtifactReader reader, ArtifactFile file, BlockDigests digests) : ReadOnlyStream
{
    private const int Block = BlockDigests.BlockLength;
    private readonly Dictionary<long, byte[]> _blocks = [];
    private long _position;

    public override bool CanSeek => true;

    public override long Length => file.Length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new IOException("A stream has no bytes before its first.");
    }

    /// <summary>Reads the blocks of some ranges, with one request for adjacent blocks, and releases all others.</summary>
    public async ValueTask FetchAsync(IEnumerable<(long Offset, long Length)> parts, CancellationToken cancellationToken)
    {
        var wanted = new SortedSet<long>();
        foreach (var (offset, length) in parts)
        {
            if (offset < 0 || length < 0 || length > file.Length - offset)
                throw new InvalidDataException($"its footer refers to {length} bytes from {offset} on, and the file has {file.Length}");
            for (var block = offset / Block; block * Block < offset + length; block++)
                wanted.Add(block);
        }
        foreach (var gone in _blocks.Keys.Where(b => !wanted.Contains(b)).ToList())
        {
            _blocks.Remove(gone, out var bytes);
            ArrayPool<byte>.Shared.Return(bytes!);
        }
        wanted.ExceptWith(_blocks.Keys);
        var (first, count) = (0L, 0);
        foreach (var block in wanted)
        {
            if (count > 0 && first + count != block)
            {
                await FetchRunAsync(first, count, cancellationToken).ConfigureAwait(false);
                count = 0;
            }
            first = count == 0 ? block : first;
            count++;
        }
        if (count > 0)
            await FetchRunAsync(first, count, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
            return 0;
        if (!_blocks.ContainsKey(_position / Block))
            await FetchRunAsync(_position / Block, 1, cancellationToken).ConfigureAwait(false);
        return Read(buffer.Span);
    }

    public override int Read(Span<byte> buffer)
    {
        var count = 0;
        while (count < buffer.Length && _position < Length)
        {
            if (!_blocks.TryGetValue(_position / Block, out var block))
            {
                if (count > 0)
                    break;
                throw new InvalidDataException($"it has a page at byte {_position}, outside of the column to which its footer assigns it");
            }
            var at = (int)(_position % Block);
            var piece = block.AsSpan(at, (int)Math.Min(Math.Min(Block - at, Length - _position), buffer.Length - count));
            piece.CopyTo(buffer[count..]);
            count += piece.Length;
            _position += piece.Length;
        }
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var block in _blocks.Values)
                ArrayPool<byte>.Shared.Return(block);
            _blocks.Clear();
        }
        base.Dispose(disposing);
    }

    private async ValueTask FetchRunAsync(long first, int count, CancellationToken cancellationToken)
    {
        var length = Math.Min(Length - (first * Block), (long)count * Block);
        var stream = await reader.OpenRangeAsync(file.Name, new(first * Block, length), cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        for (var block = first; block < first + count; block++)
        {
            var bytes = ArrayPool<byte>.Shared.Rent(Block);
            try
            {
                var part = bytes.AsMemory(0, (int)Math.Min(Block, Length - (block * Block)));
                await ReadWholeAsync(stream, part, block * Block, cancellationToken).ConfigureAwait(false);
                digests.Check(block, part.Span);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(bytes);
                throw;
            }
            _blocks[block] = bytes;
        }
    }

    private static async ValueTask ReadWholeAsync(Stream stream, Memory<byte> part, long from, CancellationToken cancellationToken)
    {
        var count = await stream.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (count < part.Length)
            throw new StoreException(StoreErrorCode.IntegrityFailure, $"the Parquet file ends after {from + count} bytes, before those that were saved");
    }
}
