using System.Security.Cryptography;
using Cairn.Materializers;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>
/// The SHA-256 of each block of a file, so that a part of the file can be verified separately. The digests are in a second file of the artifact, which the
/// digest of the manifest covers.
/// </summary>
internal sealed class BlockDigests
{
    /// <summary>The length of a block. It is part of the format: a different length requires a new <see cref="Materializer.FormatVersion"/>.</summary>
    public const int BlockLength = 64 << 10;

    private readonly byte[] _digests;

    private BlockDigests(byte[] digests) => _digests = digests;

    /// <summary>Reads the digests of a file.</summary>
    /// <exception cref="MaterializationException">The number of digests does not match the number of blocks.</exception>
    public static async ValueTask<BlockDigests> ReadAsync(ArtifactReader reader, ArtifactFile digests, ArtifactFile of, CancellationToken cancellationToken)
    {
        var blocks = (of.Length + BlockLength - 1) / BlockLength;
        if (digests.Length != blocks * SHA256.HashSizeInBytes || digests.Length > Array.MaxLength)
            throw new MaterializationException(ParquetMaterializer.ParquetId, $"'{digests.Name}' has {digests.Length} bytes, which are not the digests of the {blocks} blocks of '{of.Name}'");
        var stream = await reader.OpenAsync(digests.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var content = new byte[digests.Length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return new(content);
    }

    /// <summary>Compares a block with its digest.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.IntegrityFailure"/>.</exception>
    public void Check(long block, ReadOnlySpan<byte> content)
    {
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, actual);
        if (!actual.SequenceEqual(_digests.AsSpan((int)block * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes)))
            throw new StoreException(StoreErrorCode.IntegrityFailure, $"the {content.Length} bytes from {block * BlockLength} on of the Parquet file are not those that were saved");
    }
}
