namespace Cairn.Errors;

/// <summary>Text from outside the program in the one-line messages of exceptions.</summary>
public static class ErrorText
{
    private const int Longest = 200;

    /// <summary>The text with control characters and surrogates as <c>\uXXXX</c>, cut after 200 characters.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = text.Length > Longest ? text[..Longest] + "…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()));
    }

    /// <summary>The names, separated by commas; <c>none</c> when there are none.</summary>
    public static string List(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return string.Join(", ", names) is { Length: > 0 } list ? list : "none";
    }
}
