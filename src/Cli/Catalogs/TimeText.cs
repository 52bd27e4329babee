using System.Globalization;
using Cairn.Providers;

namespace Cairn.Cli;

/// <summary>Reads a time that a user states.</summary>
internal static class TimeText
{
    private static readonly string[] _forms = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"];

    /// <summary>Parses a time in ISO 8601, in UTC unless it has an offset, or a duration before now.</summary>
    /// <exception cref="UsageException">The text is neither.</exception>
    public static DateTimeOffset Parse(string text, string option)
    {
        if (DateTimeOffset.TryParseExact(text, _forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        if (StoreOptions.TryReadDuration(text, out var ago) && ago <= TimeSpan.FromDays(365 * 1000))
            return TimeProvider.System.GetUtcNow() - ago;
        throw new UsageException($"{option} takes a time such as 2026-11-28T15:00:00Z or 2026-11-28, or a duration before now such as 12h or 7d, but the value is '{text}'.");
    }
}
