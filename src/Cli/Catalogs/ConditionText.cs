using System.Globalization;
using Cairn.Catalog;

namespace Cairn.Cli;

/// <summary>Parses conditions of metadata, such as <c>auc>0.9</c>.</summary>
internal static class ConditionText
{
    private static readonly (string Text, MetadataComparison Comparison)[] _comparisons =
    [
        (">=", MetadataComparison.GreaterOrEqual), ("<=", MetadataComparison.LessOrEqual), ("==", MetadataComparison.Equal), (">", MetadataComparison.Greater), ("<", MetadataComparison.Less),
        ("=", MetadataComparison.Equal),
    ];

    /// <summary>Parses a condition: a key, a comparison and a value, which is a number, true or false, a time after <c>time:</c>, or a text, in quotation marks or not.</summary>
    /// <param name="text">The text.</param>
    /// <param name="option">The option, for errors.</param>
    /// <exception cref="UsageException">The text is not a condition.</exception>
    public static MetadataCondition Parse(string text, string option = "--where")
    {
        var at = text.AsSpan().IndexOfAny('<', '>', '=');
        var found = at < 1 ? default : Array.Find(_comparisons, c => text.AsSpan(at).StartsWith(c.Text));
        var key = at < 1 ? "" : text[..at].Trim();
        return key.Length > 0
            ? new(key, found.Comparison, Value(text[(at + found.Text.Length)..].Trim()))
            : throw new UsageException($"{option} takes a condition such as 'auc>0.9' or 'region=north', but the value is '{text}'.");
    }

    private static MetadataValue Value(string text)
    {
        if (text is ['"', .., '"'])
            return text[1..^1];
        if (!text.StartsWith("time:", StringComparison.Ordinal))
            return MetadataText.Value(text);
        return DateTimeOffset.TryParse(text.AsSpan(5), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new UsageException($"'{text}' is not a time such as time:2026-11-28T15:00:00Z.");
    }
}
