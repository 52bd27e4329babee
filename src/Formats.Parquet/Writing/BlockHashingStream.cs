using System.Security.Cryptography;
using Cairn.Formats.Parquet.Reading;
using Cairn.Streams;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>Passes on what is written, and keeps the digest of each block.</summary>
/// <param name="inner">Where to; not owned.</param>
internal sealed class BlockHashingStream(Stream inner) : WriteOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _digests = new();
    private int _inBlock;
    private long _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A file of an artifact is written from first to last byte.");
    }

    /// <summary>The digests of all blocks; the last one is ended by this.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        if (_inBlock > 0)
            EndBlock();
        return _digests.GetBuffer().AsMemory(0, (int)_digests.Length);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        Note(buffer.Span);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        inner.Write(buffer);
        Note(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Note(ReadOnlySpan<byte> bytes)
    {
        _position += bytes.Length;
        while (!bytes.IsEmpty)
        {
            var piece = bytes[..Math.Min(bytes.Length, BlockDigests.BlockLength - _inBlock)];
            _hash.AppendData(piece);
            _inBlock += piece.Length;
            bytes = bytes[piece.Length..];
            if (_inBlock == BlockDigests.BlockLength)
                EndBlock();
        }
    }

    private void EndBlock()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        _digests.Write(digest);
        _inBlock = 0;
    }
}
