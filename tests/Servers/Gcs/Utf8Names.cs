namespace Cairn.TestServers.Gcs;

/// <summary>The order of listings: by the UTF-8 bytes of the name.</summary>
internal sealed class Utf8Names : IComparer<string>
{
    public static Utf8Names Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        int common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length) return a.Length - b.Length;
        char left = a[common], right = b[common];
        // UTF-16 sorts surrogates below U+E000…U+FFFF, UTF-8 sorts what they stand for above.
        bool leftHigh = char.IsSurrogate(left), rightHigh = char.IsSurrogate(right);
        return leftHigh == rightHigh ? left - right : leftHigh ? 1 : -1;
    }
}
