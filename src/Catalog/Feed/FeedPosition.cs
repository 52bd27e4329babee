namespace Cairn.Catalog.Feed;

/// <summary>Up to where a reader has read the feed.</summary>
/// <param name="Cursor">The time up to which all batches were read, by the store's clock.</param>
/// <param name="Seen">The batches that were read, in the hours from <see cref="From"/> on.</param>
internal sealed record FeedPosition(DateTimeOffset Cursor, IReadOnlySet<StorePath> Seen)
{
    /// <summary>The beginning of the feed.</summary>
    public static FeedPosition Start { get; } = new(DateTimeOffset.UnixEpoch, new HashSet<StorePath>());

    /// <summary>Gets the first hour at which a reader continues: an hour before the cursor, since the names of batches may be some minutes off and writes take time.</summary>
    public StorePath From => HourBefore(Cursor);

    /// <summary>The folder of the hour before a time.</summary>
    public static StorePath HourBefore(DateTimeOffset time) => FeedPath.HourOf(time < DateTimeOffset.UnixEpoch.AddHours(1) ? time : time - TimeSpan.FromHours(1));
}
