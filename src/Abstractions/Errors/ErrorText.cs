namespace Cairn.Errors;

/// <summary>Prepares text from outside the program for one-line exception messages.</summary>
public static class ErrorText
{
    private const int Longest = 200;

    /// <summary>Escapes control characters and surrogates as <c>\uXXXX</c>, and truncates the text after 200 characters.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = text.Length > Longest ? text[..Longest] + "…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()));
    }

    /// <summary>Returns the names separated by commas, or <c>none</c> if there are none.</summary>
    public static string List(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return string.Join(", ", names) is { Length: > 0 } list ? list : "none";
    }
}
