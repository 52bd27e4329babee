namespace Cairn;

/// <summary>Compares texts by their UTF-8 bytes, which is the order of every listing in every store.</summary>
/// <remarks>
/// Equivalent to comparing code points. It differs from <see cref="StringComparer.Ordinal"/> only if a surrogate pair is compared with a character from
/// U+E000 to U+FFFF.
/// </remarks>
public static class Utf8Order
{
    /// <summary>Gets a comparer for strings that uses the order of their UTF-8 bytes.</summary>
    public static IComparer<string> Comparer { get; } = Comparer<string>.Create(static (a, b) => Compare(a, b));

    /// <summary>Compares two texts by their UTF-8 bytes.</summary>
    /// <returns>A negative number, zero or a positive number, as for <see cref="IComparable.CompareTo"/>.</returns>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        char x = a[common], y = b[common];
        // Surrogates represent code points above U+FFFF, but their values are below U+E000: move them above the other values.
        if (x >= 0xD800 && y >= 0xD800)
        {
            x = (char)(x >= 0xE000 ? x - 0x800 : x + 0x2000);
            y = (char)(y >= 0xE000 ? y - 0x800 : y + 0x2000);
        }
        return x.CompareTo(y);
    }
}
