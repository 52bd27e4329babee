using System.Diagnostics;

namespace Cairn.Catalog.References;

/// <summary>The short id of a run: the low bits of its UUID in the base 32 of Crockford, in lower case. Eight digits have 40 bits, and 26 have them all.</summary>
internal static class ShortId
{
    /// <summary>The digits that are shown unless a run needs more to be unique.</summary>
    public const int Digits = 8;

    private const int MaxDigits = 26;
    private const int BitsOfDigit = 5;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>The text of the low bits of a UUID.</summary>
    public static string ToText(Guid id, int digits)
    {
        Debug.Assert(digits is >= Digits and <= MaxDigits);
        return string.Create(digits, ValueOf(id), (text, value) =>
        {
            for (var i = text.Length - 1; i >= 0; i--)
            {
                text[i] = Alphabet[(int)(value & 31)];
                value >>= BitsOfDigit;
            }
        });
    }

    /// <summary>The fewest digits that distinguish a UUID from others.</summary>
    public static string ToText(Guid id, IEnumerable<Guid> others)
    {
        var digits = Digits;
        foreach (var other in others.Where(o => o != id))
        {
            while (digits < MaxDigits && ToText(other, digits) == ToText(id, digits))
                digits++;
        }
        return ToText(id, digits);
    }

    /// <summary>Whether a text can be a short id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) => text.Length is >= Digits and <= MaxDigits && !text.ContainsAnyExcept(Alphabet);

    /// <summary>The low 40 bits of the UUIDs that a short id can name.</summary>
    public static long TailOf(string text) => text[^Digits..].Aggregate(0L, (value, digit) => (value << BitsOfDigit) | (long)Alphabet.IndexOf(digit, StringComparison.Ordinal));

    private static UInt128 ValueOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
