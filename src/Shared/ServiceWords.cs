namespace Cairn.Providers;

/// <summary>Formats a service's description of an error that Cairn does not classify further.</summary>
/// <remarks>A source file shared by the providers of object stores.</remarks>
internal static class ServiceWords
{
    private const int Longest = 300;

    /// <summary>Returns a reason with the status of a response, the code of the service and the first sentence of its message, on one line.</summary>
    public static string Of(int status, string? code, string? message)
    {
        var line = (message ?? "").AsSpan().Trim();
        if (line.IndexOfAny('\r', '\n') is var end and >= 0)
            line = line[..end];
        var words = string.Concat(line.ToArray().Select(static c => char.IsControl(c) ? ' ' : c)).TrimEnd('.', ' ');
        var isSaying = words.Length > 0 && words != code && !words.Contains("No further error information", StringComparison.Ordinal)
            && !words.StartsWith("Service request failed", StringComparison.Ordinal);
        return $"the service responded with {status} {code}".TrimEnd() + (isSaying ? $": {(words.Length > Longest ? words[..Longest] + "\u2026" : words)}" : "");
    }
}
