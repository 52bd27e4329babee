using System.Collections.ObjectModel;

namespace Cairn;

/// <summary>The properties of a file that is written, and the options of the write.</summary>
public sealed record OpenWriteOptions
{
    /// <summary>Gets the media type. Optional. <see cref="StoreErrorCode.Unsupported"/> if the store does not support it.</summary>
    public string? ContentType { get; init; }

    /// <summary>
    /// Gets the user metadata. Names consist of lower-case ASCII letters, digits, <c>-</c> and <c>_</c>. <see cref="StoreErrorCode.Unsupported"/> if the
    /// store does not support it.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets the modified time of the file. Default: the time of the write. <see cref="StoreErrorCode.Unsupported"/> if the store does not keep it (<see
    /// cref="Providers.StoreCapabilities.ModifiedTime"/>).
    /// </summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>
    /// Gets whether the file is executable. <see cref="StoreErrorCode.Unsupported"/> if the store does not keep it (<see
    /// cref="Providers.StoreCapabilities.Executable"/>).
    /// </summary>
    public bool IsExecutable { get; init; }

    /// <summary>
    /// Gets the length of the content if it is known, which lets the store reserve space. Content of a different length is not published. Optional.
    /// </summary>
    public long? Length { get; init; }

    /// <summary>
    /// Gets the expected checksum of the content (<c>sha256</c>). If it does not match, the write fails with <see cref="StoreErrorCode.IntegrityFailure"/>
    /// and nothing is published. Optional.
    /// </summary>
    public Checksum? ExpectedChecksum { get; init; }

    /// <summary>
    /// Gets whether the SHA-256 of the content is computed during the write, for <see cref="StoreWriteStream.Sha256"/> and the metadata that completion
    /// returns.
    /// </summary>
    public bool ComputeSha256 { get; init; }

    /// <summary>
    /// Gets the maximum number of parts that are written in parallel. Default: <see cref="ArtifactStoreOptions.PartParallelism"/> of the store.
    /// </summary>
    public int? Parallelism { get; init; }
}
