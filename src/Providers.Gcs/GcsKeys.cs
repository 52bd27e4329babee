using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>The names of the store's objects.</summary>
internal sealed class GcsKeys(StoreUri root) : ObjectKeys(root)
{
    /// <summary>What the service gives an object for which no content type is named.</summary>
    public const string NoContentType = "application/octet-stream";

    private const int MostBytes = 1024;

    public string Bucket { get; } = root.Container;

    /// <summary>Below it stand the parts of uploads in progress. Its empty segment is one that no path can have, so no user's file is ever there.</summary>
    public string PartsPrefix => Prefix + "/.cairn-parts/";

    protected override bool IsOwn(string key) => key.StartsWith(PartsPrefix, StringComparison.Ordinal) || key == Prefix + "/";

    /// <summary>Whether the service can hold a name of this length: 1,024 bytes of UTF-8 are the most.</summary>
    public static bool IsHeld(string key) => Encoding.UTF8.GetByteCount(key) <= MostBytes;

    /// <summary>Refuses a name that the service cannot hold.</summary>
    public static string Held(string key) => IsHeld(key) ? key : throw new StoreException(StoreErrorCode.PathConflict, "the name is longer than the 1,024 bytes that the service takes");
}
