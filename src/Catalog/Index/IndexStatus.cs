namespace Cairn.Catalog.Index;

/// <summary>What an index contains, and how far it is behind the store.</summary>
/// <param name="Assets">The number of assets.</param>
/// <param name="Versions">The number of versions, deleted ones included.</param>
/// <param name="Unreadable">The number of records that could not be read, and are in no list.</param>
/// <param name="Cursor">The time up to which the feed was read; null if never.</param>
/// <param name="SyncedAt">When the index was last complete, by this machine's clock; null if never.</param>
/// <param name="Behind">The number of batches that were not read; null if the store was not asked.</param>
internal sealed record IndexStatus(long Assets, long Versions, long Unreadable, DateTimeOffset? Cursor, DateTimeOffset? SyncedAt, int? Behind);
