using System.Collections.ObjectModel;

namespace Cairn;

/// <summary>What goes along with a file when it is written.</summary>
public sealed record OpenWriteOptions
{
    /// <summary>The media type; null for none. <see cref="StoreErrorCode.Unsupported"/> where the store does not keep it.</summary>
    public string? ContentType { get; init; }

    /// <summary>
    /// The user's metadata: names of ASCII lower-case letters, digits, <c>-</c> and <c>_</c>. <see cref="StoreErrorCode.Unsupported"/> where the store does not keep it.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The modified time that the file gets; null for that of the write. <see cref="StoreErrorCode.Unsupported"/> where the store does not keep it (<see cref="Providers.StoreCapabilities.ModifiedTime"/>).</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether the file may be run as a program. <see cref="StoreErrorCode.Unsupported"/> where the store does not keep that (<see cref="Providers.StoreCapabilities.Executable"/>).</summary>
    public bool IsExecutable { get; init; }

    /// <summary>The length where it is known: lets the store reserve room. A content of another length is not published. Null when unknown.</summary>
    public long? Length { get; init; }

    /// <summary>What the content must digest to (<c>sha256</c>), else <see cref="StoreErrorCode.IntegrityFailure"/> and nothing is published. Null for no check.</summary>
    public Checksum? ExpectedChecksum { get; init; }

    /// <summary>True to compute the content's SHA-256 while it is written, for <see cref="StoreWriteStream.Sha256"/> and the info that completing returns.</summary>
    public bool ComputeSha256 { get; init; }

    /// <summary>How many parts are written at the same time, at most; null for the store's <see cref="ArtifactStoreOptions.PartParallelism"/>.</summary>
    public int? Parallelism { get; init; }
}
