namespace Cairn.Formats;

/// <summary>Formats text of a stored file for messages.</summary>
/// <remarks>A source file shared by several packages.</remarks>
internal static class ShownText
{
    private const int Longest = 60;

    /// <summary>Returns the text as a message shows it: short, and on one line.</summary>
    public static string Of(string text) =>
        string.Concat((text.Length > Longest ? text[..Longest] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
