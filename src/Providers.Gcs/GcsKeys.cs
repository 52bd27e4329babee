using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>The names of the objects of a store.</summary>
internal sealed class GcsKeys(StoreUri root) : ObjectKeys(root)
{
    /// <summary>The content type that the service assigns to an object without one.</summary>
    public const string NoContentType = "application/octet-stream";

    private const int MostBytes = 1024;

    public string Bucket { get; } = root.Container;

    /// <summary>Gets the prefix of the parts of uploads in progress. Its empty segment is not valid in a path, so it never contains a user's file.</summary>
    public string PartsPrefix => Prefix + "/.cairn-parts/";

    protected override bool IsOwn(string key) => key.StartsWith(PartsPrefix, StringComparison.Ordinal) || key == Prefix + "/";

    /// <summary>Returns true if the service supports the length of a name: at most 1,024 bytes in UTF-8.</summary>
    public static bool IsHeld(string key) => Encoding.UTF8.GetByteCount(key) <= MostBytes;

    /// <summary>Refuses a name that the service does not support.</summary>
    public static string Held(string key) => IsHeld(key) ? key : throw new StoreException(StoreErrorCode.PathConflict, "the name is longer than 1,024 bytes, the limit of the service");
}
