using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Converts paths to object keys and back: the path of the root, a slash, and the path. A key that ends with a slash marks a directory.</summary>
internal sealed class S3Keys(StoreUri root) : ObjectKeys(root)
{
    private const int LongestKey = 1024;

    public string Bucket { get; } = root.Container;

    /// <summary>Decodes a key of a listing for which URL encoding was requested, if the service supports it.</summary>
    public static string Decoded(string key, bool isEncoded) => isEncoded ? Uri.UnescapeDataString(key.Replace('+', ' ')) : key;

    /// <summary>Returns true if S3 supports a key or prefix: at most 1,024 bytes.</summary>
    public static bool Fits(string key) => key.Length <= LongestKey / 3 || Encoding.UTF8.GetByteCount(key) <= LongestKey;

    /// <summary>Refuses a key that S3 does not support; not every service reports an error.</summary>
    /// <exception cref="StoreException">PathConflict.</exception>
    public static void ThrowIfTooLong(string key)
    {
        if (!Fits(key))
            throw new StoreException(StoreErrorCode.PathConflict, "the key is longer than 1,024 bytes, the limit of S3");
    }
}
