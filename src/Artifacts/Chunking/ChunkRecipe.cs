using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Artifacts.Chunking;

/// <summary>A run of bytes of a pack.</summary>
/// <param name="Pack">Which one, counted in <see cref="ChunkRecipe.Packs"/>.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes it has.</param>
internal readonly record struct PackRun(int Pack, int Offset, int Length);

/// <summary>How a blob is put together from runs of packs.</summary>
/// <param name="Digest">The blob.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Packs">The packs that it needs, each once.</param>
/// <param name="Runs">The runs in order; what is adjacent in one pack is one run.</param>
internal sealed record ChunkRecipe(BlobDigest Digest, long Length, IReadOnlyList<BlobDigest> Packs, IReadOnlyList<PackRun> Runs)
{
    /// <summary>The most bytes that a recipe may have: it is read whole.</summary>
    public const int MaxBytes = 64 << 20;

    private const int Head = 8 + 8 + SHA256.HashSizeInBytes + 4 + 4;
    private const int Entry = 12;

    private static ReadOnlySpan<byte> Magic => "CairnCR1"u8;

    public byte[] Write()
    {
        var content = new byte[Head + (Packs.Count * SHA256.HashSizeInBytes) + (Runs.Count * Entry) + SHA256.HashSizeInBytes];
        var at = content.AsSpan();
        Magic.CopyTo(at);
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], Length);
        Digest.CopyTo(at[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(at[48..], Packs.Count);
        BinaryPrimitives.WriteInt32LittleEndian(at[52..], Runs.Count);
        at = at[Head..];
        foreach (var pack in Packs)
        {
            pack.CopyTo(at);
            at = at[SHA256.HashSizeInBytes..];
        }
        foreach (var run in Runs)
        {
            BinaryPrimitives.WriteInt32LittleEndian(at, run.Pack);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], run.Offset);
            BinaryPrimitives.WriteInt32LittleEndian(at[8..], run.Length);
            at = at[Entry..];
        }
        SHA256.HashData(content.AsSpan(..^SHA256.HashSizeInBytes), at);
        return content;
    }

    /// <summary>Reads a recipe that anybody may have written.</summary>
    /// <returns>Null when it is not a whole one of this blob.</returns>
    public static ChunkRecipe? Read(BlobDigest digest, ReadOnlySpan<byte> content)
    {
        if (content.Length is < Head + SHA256.HashSizeInBytes or > MaxBytes || !content.StartsWith(Magic)
            || BlobDigest.Of(content[..^SHA256.HashSizeInBytes]) != BlobDigest.FromBytes(content[^SHA256.HashSizeInBytes..]) || BlobDigest.FromBytes(content.Slice(16, 32)) != digest)
            return null;
        var length = BinaryPrimitives.ReadInt64LittleEndian(content[8..]);
        var (packCount, runCount) = (BinaryPrimitives.ReadInt32LittleEndian(content[48..]), BinaryPrimitives.ReadInt32LittleEndian(content[52..]));
        if (length < 0 || packCount < 0 || runCount < 0 || content.Length != Head + SHA256.HashSizeInBytes + ((long)packCount * SHA256.HashSizeInBytes) + ((long)runCount * Entry))
            return null;
        var at = content[Head..];
        var packs = new BlobDigest[packCount];
        for (var i = 0; i < packCount; i++, at = at[SHA256.HashSizeInBytes..])
            packs[i] = BlobDigest.FromBytes(at[..SHA256.HashSizeInBytes]);
        var runs = new PackRun[runCount];
        var total = 0L;
        for (var i = 0; i < runCount; i++, at = at[Entry..])
        {
            var run = runs[i] = new(BinaryPrimitives.ReadInt32LittleEndian(at), BinaryPrimitives.ReadInt32LittleEndian(at[4..]), BinaryPrimitives.ReadInt32LittleEndian(at[8..]));
            if ((uint)run.Pack >= (uint)packCount || run.Offset < 0 || run.Length <= 0 || (long)run.Offset + run.Length > PackIndex.MaxPack)
                return null;
            total += run.Length;
        }
        return total == length ? new(digest, length, packs, runs) : null;
    }
}
