namespace Cairn.Materializers;

/// <summary>A file of an artifact.</summary>
/// <param name="Name">The name: a path relative to the artifact.</param>
/// <param name="MediaType">The media type.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Digest">The SHA-256 digest of the content.</param>
public sealed record ArtifactFile(StorePath Name, string MediaType, long Length, Checksum Digest)
{
    /// <summary>The media type of bytes without a known format.</summary>
    public const string Bytes = "application/octet-stream";

    /// <summary>The media type of an empty folder: an entry without content, which becomes a folder when the artifact is written to disk.</summary>
    public const string Folder = "application/vnd.cairn.folder.v1";
}
