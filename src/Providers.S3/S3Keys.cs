using System.Text;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Turns paths into object keys and back: the root's path, a slash, the path. A key that ends in a slash marks a directory.</summary>
internal sealed class S3Keys(StoreUri root) : ObjectKeys(root)
{
    private const int LongestKey = 1024;

    public string Bucket { get; } = root.Container;

    /// <summary>A key as a listing writes it that was asked for URLs' encoding, where the service knows that.</summary>
    public static string Decoded(string key, bool isEncoded) => isEncoded ? Uri.UnescapeDataString(key.Replace('+', ' ')) : key;

    /// <summary>True for a key, or the beginning of one, that S3 can hold: at most 1,024 bytes.</summary>
    public static bool Fits(string key) => key.Length <= LongestKey / 3 || Encoding.UTF8.GetByteCount(key) <= LongestKey;

    /// <summary>Refuses a key that S3 cannot hold; not every service says so itself.</summary>
    /// <exception cref="StoreException">PathConflict.</exception>
    public static void ThrowIfTooLong(string key)
    {
        if (!Fits(key))
            throw new StoreException(StoreErrorCode.PathConflict, "the key is longer than the 1,024 bytes that S3 takes");
    }
}
