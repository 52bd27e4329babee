namespace Cairn;

/// <summary>The options of <see cref="ArtifactStore.OpenReadAsync"/>.</summary>
public sealed record OpenReadOptions
{
    /// <summary>Gets the range of bytes. The stream contains only these bytes, and its position 0 is the start of the range. Default: all bytes.</summary>
    public ByteRange Range { get; init; }

    /// <summary>
    /// Gets the required etag of the file; for another version, opening fails with <see cref="StoreErrorCode.PreconditionFailed"/>. Default: any version.
    /// </summary>
    public string? IfMatch { get; init; }

    /// <summary>
    /// Gets the maximum number of bytes to read ahead. Default: <see cref="ArtifactStoreOptions.ReadAhead"/> of the store. Ignored if the content of the
    /// driver is seekable.
    /// </summary>
    public int? ReadAhead { get; init; }

    /// <summary>
    /// Gets the expected checksum of the bytes of the stream, read sequentially: if it does not match, the read that reaches the end fails with <see
    /// cref="StoreErrorCode.IntegrityFailure"/>. A reader that skips bytes is not checked. One of <c>sha256</c>, <c>sha512</c>, <c>sha1</c>, <c>md5</c> and
    /// <c>crc32c</c>. Default: the CRC-32C that a remote store keeps, if it reports one and the whole file is read.
    /// </summary>
    public Checksum? ExpectedChecksum { get; init; }

    /// <summary>
    /// Gets whether the reader never seeks backwards: no blocks are kept for it, which uses less memory. Seeking still works, but may require another
    /// request.
    /// </summary>
    public bool IsSequential { get; init; }

    /// <summary>Gets the options of copies through this process: many may run concurrently, so each uses little memory.</summary>
    internal static OpenReadOptions ForCopy(string? ifMatch, ByteRange range = default) => new() { IfMatch = ifMatch, Range = range, ReadAhead = 1 << 20, IsSequential = true };
}
