using System.Buffers.Binary;

namespace Cairn.Catalog.RunRecords;

/// <summary>The short form of the id of a run: its low bits in Crockford's base 32, which has no letters that are taken for others (https://www.crockford.com/base32.html).</summary>
internal static class ShortRunId
{
    /// <summary>The number of characters of the short form: 40 bits.</summary>
    public const int Length = 8;

    /// <summary>The most characters of the short form: 60 bits.</summary>
    public const int MaxLength = 12;

    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Returns the last characters of an id.</summary>
    /// <param name="id">The id.</param>
    /// <param name="length">The number of characters, 5 bits each; at most 12, which are 60 bits.</param>
    public static string Of(Guid id, int length = Length)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return string.Create(length, low, static (text, bits) =>
        {
            for (var at = text.Length - 1; at >= 0; at--)
            {
                text[at] = Digits[(int)(bits & 31)];
                bits >>= 5;
            }
        });
    }

    /// <summary>The fewest characters that distinguish an id from others; the id itself if the short form cannot.</summary>
    public static string Of(Guid id, IEnumerable<Guid> others)
    {
        var length = Length;
        foreach (var other in others)
        {
            while (length <= MaxLength && other != id && Of(other, length) == Of(id, length))
                length++;
        }
        return length <= MaxLength ? Of(id, length) : id.ToString();
    }

    /// <summary>Whether a text can be the short form of an id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => text.Length is >= Length and <= MaxLength && !text.ContainsAnyExcept(Digits);

    /// <summary>The low 40 bits of the ids that a short form can stand for.</summary>
    public static long TailOf(string text) => text[^Length..].Aggregate(0L, (value, digit) => (value << 5) | (long)Digits.IndexOf(digit, StringComparison.Ordinal));
}
