using System.Globalization;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>Extensions of the SDK's resource of an object.</summary>
internal static class GcsObjects
{
    /// <summary>Returns the id of the conditional write that created the object, or null if there is none.</summary>
    public static string? WriteId(this StorageObject resource) => resource.Metadata is { } metadata && metadata.TryGetValue(GcsMetadata.WriteId, out var id) ? id : null;

    public static StoreEntry ToInfo(this StorageObject resource, StorePath path) => new()
    {
        Path = path,
        Length = (long)(resource.Size ?? 0),
        ETag = resource.Generation?.ToString(CultureInfo.InvariantCulture),
        Modified = resource.UpdatedDateTimeOffset,
        ContentType = string.IsNullOrEmpty(resource.ContentType) ? null : resource.ContentType,
        Metadata = GcsMetadata.FromResource(resource.Metadata),
        Checksum = GcsChecksum.FromBase64(resource.Crc32c),
    };

    /// <summary>Returns true if the service stored the sent content. Some servers omit a size of 0; the checksum decides.</summary>
    public static bool Holds(this StorageObject resource, uint crc, long length) =>
        resource.Crc32c == Crc32C.ToBase64(crc) && (resource.Size is null || (long)resource.Size == length) && resource.Generation is not null;
}
