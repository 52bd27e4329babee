using System.Security.Cryptography;
using Cairn.Integrity;

namespace Cairn.Artifacts.Chunking;

/// <summary>Writes a blob in chunks: existing chunks are not written again, and new chunks are collected in packs.</summary>
/// <remarks>
/// Content is processed in segments. While a segment is cut and its chunks are hashed, another thread adds the segment to the hash of the blob. Memory: a segment,
/// the pack being filled, and the pack being written, from the share of <see cref="ChunkBuffers"/> that the save holds. Chunks that are written before
/// <see cref="CompleteAsync"/> are found by later saves; nothing else references them.
/// </remarks>
internal sealed class ChunkWriter(IChunkTarget blobs) : IAsyncDisposable
{
    private const int SegmentLength = ChunkBuffers.SegmentLength;
    private const int GroupLength = 16;
    private const int PackLength = ChunkBuffers.PackLength;

    private readonly OverlappedSha256 _whole = new();
    private readonly List<(PackedChunk Chunk, int LocalPack, ChunkPlace Place)> _parts = [];
    private readonly Dictionary<BlobDigest, (int LocalPack, int Offset)> _new = [];
    private readonly List<BlobDigest> _packs = [];
    private readonly byte[] _segment = blobs.ChunkBuffers.Rent(SegmentLength);
    private byte[]? _pack;
    private byte[]? _spare;
    private List<PackedChunk> _packed = [];
    private Task _writing = Task.CompletedTask;
    private int _filled, _hashed, _packFilled;
    private byte[]? _writtenPack;
    private bool _refreshed, _isDisposed;

    /// <summary>How many bytes have come.</summary>
    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        Length += data.Length;
        while (data.Length > 0)
        {
            var count = Math.Min(data.Length, SegmentLength - _filled);
            data.Span[..count].CopyTo(_segment.AsSpan(_filled));
            _filled += count;
            data = data[count..];
            if (_filled == SegmentLength)
                await ProcessAsync(isLast: false, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the content, and writes what is missing of it: packs, and last the recipe.</summary>
    public async ValueTask<BlobDigest> CompleteAsync(CancellationToken cancellationToken)
    {
        await ProcessAsync(isLast: true, cancellationToken).ConfigureAwait(false);
        if (_packFilled > 0)
            await EndPackAsync(cancellationToken).ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        var digest = BlobDigest.From(await _whole.FinishAsync().ConfigureAwait(false));
        if (!await blobs.ExistsAsync(digest, Length, cancellationToken).ConfigureAwait(false))
            await blobs.PutAsync(ChunkStore.RecipePath(digest), MakeRecipe(digest).Write(), cancellationToken).ConfigureAwait(false);
        return digest;
    }

    public async ValueTask DisposeAsync()
    {
        await _whole.DisposeAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_isDisposed)
            return;
        _isDisposed = true;
        blobs.ChunkBuffers.Return(_segment);
        foreach (var pack in new[] { _pack, _writtenPack, _spare })
        {
            if (pack is not null)
                blobs.ChunkBuffers.Return(pack);
        }
    }

    /// <summary>Cuts the segment; what comes after its last sure cut begins the next one.</summary>
    private async ValueTask ProcessAsync(bool isLast, CancellationToken cancellationToken)
    {
        if (!_refreshed)
        {
            await blobs.Chunks.RefreshAsync(cancellationToken).ConfigureAwait(false);
            _refreshed = true;
        }
        var hashing = _whole.AppendAsync(_segment.AsMemory(_hashed.._filled));
        var groups = new List<Task<PackedChunk[]>>();
        var at = 0;
        try
        {
            var offset = 0;
            while (CutGroup(ref at, isLast) is { Count: > 0 } lengths)
            {
                // Other threads hash these chunks while the next ones are cut.
                var from = offset;
                groups.Add(Task.Run(() => HashGroup(from, lengths), CancellationToken.None));
                offset = at;
            }
            offset = 0;
            foreach (var group in groups)
            {
                foreach (var chunk in await group.ConfigureAwait(false))
                {
                    await AddAsync(chunk, offset, cancellationToken).ConfigureAwait(false);
                    offset += chunk.Length;
                }
            }
        }
        finally
        {
            await Task.WhenAll(groups.ConvertAll<Task>(g => g)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await hashing.ConfigureAwait(false);
        }
        _segment.AsSpan(at.._filled).CopyTo(_segment);
        _filled -= at;
        _hashed = _filled;
    }

    /// <summary>Cuts the next few chunks of the segment.</summary>
    private List<int> CutGroup(ref int at, bool isLast)
    {
        var lengths = new List<int>(GroupLength);
        while (lengths.Count < GroupLength && at < _filled && (isLast || _filled - at >= FastCdc.Max))
        {
            var length = FastCdc.Cut(_segment.AsSpan(at, _filled - at));
            lengths.Add(length);
            at += length;
        }
        return lengths;
    }

    private PackedChunk[] HashGroup(int offset, List<int> lengths)
    {
        var chunks = new PackedChunk[lengths.Count];
        for (var i = 0; i < chunks.Length; offset += lengths[i++])
            chunks[i] = new(BlobDigest.Of(_segment.AsSpan(offset, lengths[i])), lengths[i]);
        return chunks;
    }

    private async ValueTask AddAsync(PackedChunk chunk, int offset, CancellationToken cancellationToken)
    {
        if (blobs.Chunks.TryFind(chunk.Digest, out var place) && place.Length == chunk.Length)
        {
            _parts.Add((chunk, -1, place));
            return;
        }
        if (!_new.TryGetValue(chunk.Digest, out var local))
        {
            if (_packFilled + chunk.Length > PackLength)
                await EndPackAsync(cancellationToken).ConfigureAwait(false);
            _pack ??= Interlocked.Exchange(ref _spare, null) ?? blobs.ChunkBuffers.Rent(PackLength);
            _segment.AsSpan(offset, chunk.Length).CopyTo(_pack.AsSpan(_packFilled));
            local = (_packs.Count, _packFilled);
            _new.Add(chunk.Digest, local);
            _packed.Add(chunk);
            _packFilled += chunk.Length;
        }
        _parts.Add((chunk, local.LocalPack, new(default, local.Offset, chunk.Length)));
    }

    /// <summary>Writes the pack behind the scenes, when the one before it is written.</summary>
    private async ValueTask EndPackAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        var index = PackIndex.Write(_packed);
        var id = BlobDigest.Of(index);
        _writtenPack = _pack;
        _writing = WritePackAsync(id, _pack!, _packFilled, index, _packed, cancellationToken);
        _packs.Add(id);
        (_pack, _packFilled, _packed) = (null, 0, []);
    }

    private async Task WritePackAsync(BlobDigest id, byte[] pack, int length, byte[] index, List<PackedChunk> chunks, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await blobs.PutAsync(ChunkStore.PackPath(id), pack.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        await blobs.PutAsync(ChunkStore.IndexPath(id), index, cancellationToken).ConfigureAwait(false);
        blobs.Chunks.Add(id, chunks);
        _writtenPack = null;
        // The last pack may end while the one before it is still spare.
        if (Interlocked.Exchange(ref _spare, pack) is { } other)
            blobs.ChunkBuffers.Return(other);
    }

    private ChunkRecipe MakeRecipe(BlobDigest digest)
    {
        var numbers = new Dictionary<BlobDigest, int>();
        var packs = new List<BlobDigest>();
        var runs = new List<PackRun>();
        foreach (var (chunk, localPack, place) in _parts)
        {
            var pack = localPack < 0 ? place.Pack : _packs[localPack];
            if (!numbers.TryGetValue(pack, out var number))
            {
                numbers.Add(pack, number = packs.Count);
                packs.Add(pack);
            }
            if (runs.Count > 0 && runs[^1] is var last && last.Pack == number && last.Offset + last.Length == place.Offset)
                runs[^1] = last with { Length = last.Length + chunk.Length };
            else
                runs.Add(new(number, place.Offset, chunk.Length));
        }
        return new(digest, Length, packs, runs);
    }
}
