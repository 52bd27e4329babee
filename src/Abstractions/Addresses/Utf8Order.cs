namespace Cairn;

/// <summary>Compares text as its UTF-8 bytes would compare: the order of every Cairn listing, on every store.</summary>
/// <remarks>
/// Equal to comparing code points. It differs from <see cref="StringComparer.Ordinal"/> only where a surrogate pair meets a character from U+E000 to U+FFFF.
/// </remarks>
public static class Utf8Order
{
    /// <summary>A comparer for whole strings in UTF-8 byte order.</summary>
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(static (a, b) => Compare(a, b));

    /// <summary>Compares two texts in UTF-8 byte order.</summary>
    /// <returns>Negative, zero or positive, as <see cref="IComparable.CompareTo"/> has it.</returns>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        char x = a[common], y = b[common];
        // Surrogates stand for code points above U+FFFF, yet their numbers lie below U+E000: lift them over the rest of the plane.
        if (x >= 0xD800 && y >= 0xD800)
        {
            x = (char)(x >= 0xE000 ? x - 0x800 : x + 0x2000);
            y = (char)(y >= 0xE000 ? y - 0x800 : y + 0x2000);
        }
        return x.CompareTo(y);
    }
}
