namespace Cairn.Providers;

/// <summary>What a service says itself of an error that Cairn has no words for.</summary>
/// <remarks>A source file that the providers of object stores share.</remarks>
internal static class ServiceWords
{
    private const int Longest = 300;

    /// <summary>A reason of an answer's status, the service's code and its first sentence, on one line.</summary>
    public static string Of(int status, string? code, string? message)
    {
        var line = (message ?? "").AsSpan().Trim();
        if (line.IndexOfAny('\r', '\n') is var end and >= 0)
            line = line[..end];
        var words = string.Concat(line.ToArray().Select(static c => char.IsControl(c) ? ' ' : c)).TrimEnd('.', ' ');
        var isSaying = words.Length > 0 && words != code && !words.Contains("No further error information", StringComparison.Ordinal) && !words.StartsWith("Service request failed", StringComparison.Ordinal);
        return $"the service answered {status} {code}".TrimEnd() + (isSaying ? $": {(words.Length > Longest ? words[..Longest] + "\u2026" : words)}" : "");
    }
}
