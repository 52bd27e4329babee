namespace Cairn.Catalog.Feed;

/// <summary>The bytes of a batch.</summary>
/// <param name="Path">The path of the batch.</param>
/// <param name="Content">The bytes; of a file that is longer than a batch may be, the beginning.</param>
/// <param name="Length">The length of the file.</param>
internal sealed record FetchedBatch(StorePath Path, byte[] Content, long Length);
