namespace Cairn.Artifacts;

/// <summary>The result of checking one blob.</summary>
/// <param name="Digest">The digest; the default value if the name of the file is not a digest.</param>
/// <param name="Length">The length in bytes; 0 if the blob is missing.</param>
/// <param name="Problem">The problem as a phrase, or null if the blob is intact.</param>
public sealed record BlobCheck(BlobDigest Digest, long Length, string? Problem)
{
    /// <summary>Gets the path, relative to the root of the store.</summary>
    public required StorePath Path { get; init; }

    /// <summary>Gets whether the blob is intact.</summary>
    public bool IsIntact => Problem is null;
}
