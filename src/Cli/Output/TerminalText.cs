using System.Globalization;
using System.Text;

namespace Cairn.Cli;

/// <summary>Text from elsewhere (names, manifests) that is shown on a terminal.</summary>
internal static class TerminalText
{
    /// <summary>
    /// The text with everything escaped that a terminal obeys instead of showing it: control characters, which move the cursor or clear the screen, and those that turn the direction of writing.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keepsLines">Whether its line breaks are meant.</param>
    public static string Escape(string text, bool keepsLines = false)
    {
        if (!text.Any(IsEscaped))
            return text;
        var shown = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsEscaped(c))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                shown.Append(c);
        }
        return shown.ToString();

        bool IsEscaped(char c) => IsObeyed(c) && !(keepsLines && c == '\n');
    }

    /// <summary>Whether a terminal obeys a character instead of showing it.</summary>
    public static bool IsObeyed(char c) => (char.IsControl(c) && c != '\t') || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029';
}
