using System.Globalization;

namespace Cairn.Catalog.Feed;

/// <summary>The paths of batches: <c>catalog/feed/20261128/15/&lt;UUID&gt;.jsonl</c>, where day and hour are those of the time in the UUID.</summary>
internal static class FeedPath
{
    /// <summary>The folder of the feed.</summary>
    public static readonly StorePath Root = "catalog/feed";

    private const string Suffix = ".jsonl";

    /// <summary>The folder of an hour.</summary>
    public static StorePath HourOf(DateTimeOffset time) => Root / time.UtcDateTime.ToString("yyyyMMdd'/'HH", CultureInfo.InvariantCulture);

    /// <summary>A new path for a batch that is written at a time.</summary>
    public static StorePath Create(DateTimeOffset time) => HourOf(time) / (Guid.CreateVersion7(time) + Suffix);

    /// <summary>Returns whether a path is that of a batch.</summary>
    public static bool IsBatch(StorePath path) =>
        path.Depth == 5 && path.IsUnder(Root) && path.Name.EndsWith(Suffix, StringComparison.Ordinal) && Guid.TryParseExact(path.Name[..^Suffix.Length], "D", out _);
}
