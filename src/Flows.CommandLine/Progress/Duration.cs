using System.Globalization;

namespace Cairn.Flows.Progress;

/// <summary>Formats durations for people.</summary>
internal static class Duration
{
    public static string Format(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 10 } => duration.TotalSeconds.ToString("0.0 's'", CultureInfo.InvariantCulture),
        { TotalMinutes: < 1 } => duration.TotalSeconds.ToString("0 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => duration.ToString("m' min 'ss' s'", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours} h {duration.Minutes:00} min"),
    };
}
