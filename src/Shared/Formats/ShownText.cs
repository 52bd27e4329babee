namespace Cairn.Formats;

/// <summary>Text of a stored file in messages.</summary>
/// <remarks>A source file that several packages share.</remarks>
internal static class ShownText
{
    private const int Longest = 60;

    /// <summary>The text as a message shows it: short, and on one line.</summary>
    public static string Of(string text) =>
        string.Concat((text.Length > Longest ? text[..Longest] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
