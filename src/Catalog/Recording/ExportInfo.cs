using Cairn.Artifacts;
using Cairn.Catalog.RunRecords;

namespace Cairn.Catalog;

/// <summary>An export that was written.</summary>
/// <param name="Name">The name that the program gave.</param>
/// <param name="Path">The path in the store that contains the artifacts' folder.</param>
/// <param name="Bytes">The number of bytes.</param>
/// <param name="MediaType">The media type.</param>
/// <param name="Digest">The digest of the content.</param>
public sealed record ExportInfo(string Name, StorePath Path, long Bytes, string MediaType, BlobDigest Digest)
{
    internal static ExportInfo Of(ExportRecord record) => new(record.Name, record.Path, record.Bytes, record.Media, record.Digest);
}
