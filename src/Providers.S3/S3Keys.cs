using System.Text;

namespace Cairn.Providers.S3;

/// <summary>Turns paths into object keys and back: the root's path, a slash, the path. A key that ends in a slash marks a directory.</summary>
internal sealed class S3Keys(ArtifactUri root)
{
    private const int LongestKey = 1024;

    private readonly string _prefix = root.Path.IsRoot ? "" : root.Path.Value + "/";

    public string Bucket { get; } = root.Container;

    public string FileKey(ArtifactPath path) => _prefix + path.Value;

    public string DirectoryKey(ArtifactPath path) => path.IsRoot ? _prefix : _prefix + path.Value + "/";

    public string Key(ArtifactPath path, EntryKind kind) => kind == EntryKind.Directory ? DirectoryKey(path) : FileKey(path);

    /// <summary>True for a key, or the beginning of one, that S3 can hold: at most 1,024 bytes.</summary>
    public static bool Fits(string key) => key.Length <= LongestKey / 3 || Encoding.UTF8.GetByteCount(key) <= LongestKey;

    /// <summary>Refuses a key that S3 cannot hold; not every service says so itself.</summary>
    /// <exception cref="ArtifactStoreException">PathConflict.</exception>
    public static void ThrowIfTooLong(string key)
    {
        if (!Fits(key))
            throw new ArtifactStoreException(StoreErrorCode.PathConflict, "the key is longer than the 1,024 bytes that S3 takes");
    }

    /// <summary>The key of an order key, or of a start.</summary>
    public string OfOrderKey(string orderKey) => _prefix + orderKey;

    /// <summary>The path and kind that a key means; null for the root's own marker and for keys that no path can name (<c>a//b</c>, <c>..</c>).</summary>
    public (ArtifactPath Path, EntryKind Kind)? FromKey(string key)
    {
        if (!key.StartsWith(_prefix, StringComparison.Ordinal) || key.Length == _prefix.Length)
            return null;
        var text = key[_prefix.Length..];
        var directory = text.EndsWith('/');
        var body = directory ? text[..^1] : text;
        return ArtifactPath.TryParse(body, out var path) && path.Value == body && !path.IsRoot ? (path, directory ? EntryKind.Directory : EntryKind.File) : null;
    }
}
