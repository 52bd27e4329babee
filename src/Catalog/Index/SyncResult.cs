namespace Cairn.Catalog.Index;

/// <summary>What a synchronization did.</summary>
/// <param name="Applied">The number of records that were applied.</param>
/// <param name="Batches">The number of batches that were read.</param>
/// <param name="IsLeft">Whether another process was writing the index, so that records are left to it or to the next synchronization.</param>
/// <param name="Behind">The number of batches that were not read because of that.</param>
internal sealed record SyncResult(int Applied, int Batches, bool IsLeft, int Behind = 0);
