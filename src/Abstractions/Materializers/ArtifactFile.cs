namespace Cairn.Materializers;

/// <summary>A file of an artifact.</summary>
/// <param name="Name">Its name: a path of segments joined by <c>/</c>, relative to the artifact.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Digest">The SHA-256 of its content.</param>
public sealed record ArtifactFile(StorePath Name, string MediaType, long Length, Checksum Digest)
{
    /// <summary>The media type of bytes of which no more is known.</summary>
    public const string Bytes = "application/octet-stream";

    /// <summary>The media type of a folder that holds nothing: an entry without content, which becomes a folder where the artifact is written out.</summary>
    public const string Folder = "application/vnd.cairn.folder.v1";
}
