using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Layers;

/// <summary>An entry's file: the content, a SHA-256 of each block of it, the key, and a footer that is checked by a SHA-256 of all that follows the content.</summary>
/// <remarks>
/// Digests by block and not of the whole, so that a hit in a large file verifies what it serves, as it serves it, and not the whole file first. Whatever a crash, a full disk or a
/// damaged sector left fails one of the checks and is a miss.
/// </remarks>
internal static class CacheEntryFormat
{
    public const int BlockSize = 256 * 1024;
    private const int FooterSize = 8 + 8 + 4 + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "CairnRC1"u8;

    /// <summary>What follows the content.</summary>
    public static byte[] Tail(long length, ReadOnlySpan<byte> digests, CacheKey key)
    {
        var text = Encoding.UTF8.GetBytes(key.Text);
        var tail = new byte[digests.Length + text.Length + FooterSize];
        digests.CopyTo(tail);
        text.CopyTo(tail.AsSpan(digests.Length));
        var footer = tail.AsSpan(^FooterSize..);
        Magic.CopyTo(footer);
        BinaryPrimitives.WriteInt64LittleEndian(footer[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(footer[16..], text.Length);
        SHA256.HashData(tail.AsSpan(..^SHA256.HashSizeInBytes), footer[20..]);
        return tail;
    }

    /// <summary>The digests of an entry's blocks; null when the file is not a whole entry for this key and length.</summary>
    public static byte[]? ReadDigests(FileStream file, CacheKey key, long length)
    {
        var blocks = (length + BlockSize - 1) / BlockSize;
        var text = Encoding.UTF8.GetBytes(key.Text);
        var size = (blocks * SHA256.HashSizeInBytes) + text.Length + FooterSize;
        if (file.Length != length + size || size > Array.MaxLength)
            return null;
        var tail = new byte[size];
        file.Position = length;
        file.ReadExactly(tail);
        var digests = tail.AsSpan(0, (int)blocks * SHA256.HashSizeInBytes);
        return tail.AsSpan().SequenceEqual(Tail(length, digests, key)) ? digests.ToArray() : null;
    }

    /// <summary>What an entry takes on disk.</summary>
    public static long SizeOf(long length) => length + ((length / BlockSize) + 1) * SHA256.HashSizeInBytes + FooterSize + 512;
}
