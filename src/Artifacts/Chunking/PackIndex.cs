using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Artifacts.Chunking;

/// <summary>A chunk of a pack.</summary>
/// <param name="Digest">Its SHA-256.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct PackedChunk(BlobDigest Digest, int Length);

/// <summary>What a pack holds, chunk after chunk. Its own digest names the pack, so it says for sure what the pack's bytes must be.</summary>
internal static class PackIndex
{
    /// <summary>The most bytes that a pack may have.</summary>
    public const int MaxPack = 128 << 20;

    private const int Entry = SHA256.HashSizeInBytes + 4;

    /// <summary>The most bytes that an index may have: it is read whole.</summary>
    public const int MaxBytes = 8 << 20;

    private static ReadOnlySpan<byte> Magic => "CairnPX1"u8;

    public static byte[] Write(IReadOnlyList<PackedChunk> chunks)
    {
        var content = new byte[Magic.Length + 4 + (chunks.Count * Entry)];
        Magic.CopyTo(content);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(Magic.Length), chunks.Count);
        var at = content.AsSpan(Magic.Length + 4);
        foreach (var (digest, length) in chunks)
        {
            digest.CopyTo(at);
            BinaryPrimitives.WriteInt32LittleEndian(at[SHA256.HashSizeInBytes..], length);
            at = at[Entry..];
        }
        return content;
    }

    /// <summary>Reads an index that anybody may have written.</summary>
    /// <returns>Null when it is not that of this pack.</returns>
    public static IReadOnlyList<PackedChunk>? Read(BlobDigest pack, ReadOnlySpan<byte> content)
    {
        if (content.Length is < 12 or > MaxBytes || BlobDigest.Of(content) != pack || !content.StartsWith(Magic))
            return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(content[Magic.Length..]);
        var entries = content[(Magic.Length + 4)..];
        if (count < 0 || entries.Length != (long)count * Entry)
            return null;
        var chunks = new PackedChunk[count];
        var total = 0L;
        for (var i = 0; i < count; i++, entries = entries[Entry..])
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(entries[SHA256.HashSizeInBytes..]);
            if (length is <= 0 or > FastCdc.Max || (total += length) > MaxPack)
                return null;
            chunks[i] = new(BlobDigest.FromBytes(entries[..SHA256.HashSizeInBytes]), length);
        }
        return chunks;
    }
}
