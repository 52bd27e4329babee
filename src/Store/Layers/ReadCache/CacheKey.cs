using System.Security.Cryptography;
using System.Text;

namespace Cairn.Layers;

/// <summary>Which content an entry holds: one version of one file of one store.</summary>
internal readonly record struct CacheKey
{
    private CacheKey(string text, string fileName) => (Text, FileName) = (text, fileName);

    /// <summary>Root, path and etag: kept inside the entry and compared, so that no entry answers for another.</summary>
    public string Text { get; }

    /// <summary>The entry's file name: the SHA-256 of <see cref="Text"/>, so any etag and path make a name that every file system holds.</summary>
    public string FileName { get; }

    // No root, path or container can hold a NUL.
    public static CacheKey Of(StoreUri root, StorePath path, string etag)
    {
        var text = $"{root}\0{path.Value}\0{etag}";
        return new(text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) + CacheFolder.EntrySuffix);
    }
}
