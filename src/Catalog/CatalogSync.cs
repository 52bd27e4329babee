namespace Cairn.Catalog;

/// <summary>The result of a synchronization of the index.</summary>
/// <param name="Records">The number of records that were applied.</param>
/// <param name="Batches">The number of batches of the feed that were read.</param>
/// <param name="IsBehind">Whether another process was writing the index, so that some records were left to it or to the next synchronization.</param>
public sealed record CatalogSync(int Records, int Batches, bool IsBehind);
