namespace Cairn.Artifacts;

/// <summary>What a check found of one blob.</summary>
/// <param name="Digest">Its address; the default where the file's name is not a digest.</param>
/// <param name="Length">Its length in bytes; 0 when it is missing.</param>
/// <param name="Problem">What is wrong, as a phrase; null when it is whole.</param>
public sealed record BlobCheck(BlobDigest Digest, long Length, string? Problem)
{
    /// <summary>Where it is, relative to the store's root.</summary>
    public required StorePath Path { get; init; }

    /// <summary>Whether it is whole.</summary>
    public bool IsIntact => Problem is null;
}
