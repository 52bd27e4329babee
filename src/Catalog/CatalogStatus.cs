namespace Cairn.Catalog;

/// <summary>The content of the index on this machine, and how far it is behind the store.</summary>
/// <param name="Assets">The number of assets that are not deleted.</param>
/// <param name="Versions">The number of versions, including deleted ones.</param>
/// <param name="Unreadable">The number of records that could not be read, and are in no list.</param>
/// <param name="SynchronizedAt">When the index last contained everything that the feed of the store had, by this machine's clock; null if never.</param>
/// <param name="Behind">The number of batches in the feed that the index lacks; null if the store was not asked.</param>
public sealed record CatalogStatus(long Assets, long Versions, long Unreadable, DateTimeOffset? SynchronizedAt, int? Behind);
