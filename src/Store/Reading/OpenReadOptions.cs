namespace Cairn;

/// <summary>How <see cref="ArtifactStore.OpenReadAsync"/> opens a file.</summary>
public sealed record OpenReadOptions
{
    /// <summary>Which bytes; the stream then spans these alone, and its position 0 is the range's start. All by default.</summary>
    public ByteRange Range { get; init; }

    /// <summary>The etag that the file must have, else <see cref="StoreErrorCode.PreconditionFailed"/>; null for whatever is there.</summary>
    public string? IfMatch { get; init; }

    /// <summary>How many bytes to read ahead, at most; null for the store's <see cref="ArtifactStoreOptions.ReadAhead"/>. Ignored where the driver's content can seek.</summary>
    public int? ReadAhead { get; init; }

    /// <summary>
    /// What the stream's bytes must digest to, read from first to last: the read that reaches the end fails with <see cref="StoreErrorCode.IntegrityFailure"/> if they do not. A
    /// reader that skips bytes is not checked. One of <c>sha256</c>, <c>sha512</c>, <c>sha1</c>, <c>md5</c> and <c>crc32c</c>. Null for the CRC-32C that a remote store keeps, if it tells one
    /// and the whole file is read.
    /// </summary>
    public Checksum? ExpectedChecksum { get; init; }

    /// <summary>True for a reader that never seeks backwards: no block is kept for it, which takes less memory. A seek still works; to bytes that are no longer held it costs another request.</summary>
    public bool IsSequential { get; init; }

    /// <summary>What a copy through this process reads with: many may run at once, so each holds little.</summary>
    internal static OpenReadOptions ForCopy(string? ifMatch, ByteRange range = default) => new() { IfMatch = ifMatch, Range = range, ReadAhead = 1 << 20, IsSequential = true };
}
