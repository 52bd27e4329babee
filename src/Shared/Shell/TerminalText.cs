using System.Globalization;
using System.Text;

namespace Cairn.Shell;

/// <summary>Prepares text from other sources (names, manifests) for a terminal.</summary>
internal static class TerminalText
{
    /// <summary>
    /// Escapes the characters that a terminal interprets instead of showing: control characters, which move the cursor or clear the screen, and characters
    /// that change the direction of writing.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keepsLines">true to keep line breaks.</param>
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

    /// <summary>Returns a text as one line: line breaks become spaces, and characters that a terminal interprets are escaped.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in text)
            line.Append(c is '\n' or '\r' or '\t' ? ' ' : c);
        return Escape(line.ToString().Trim());
    }

    /// <summary>Returns true if a terminal interprets a character instead of showing it.</summary>
    public static bool IsObeyed(char c) => (char.IsControl(c) && c != '\t') || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029';
}
