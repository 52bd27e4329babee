using System.Text;

namespace Cairn.Providers.Gcs;

/// <summary>Turns paths into object names and back: the root's path, a slash, the path. A name that ends in a slash marks a directory.</summary>
internal sealed class GcsKeys(ArtifactUri root)
{
    private const int MostBytes = 1024;

    private readonly string _prefix = root.Path.IsRoot ? "" : root.Path.Value + "/";

    public string Bucket { get; } = root.Container;

    /// <summary>Below it stand the parts of uploads in progress. Its empty segment is one that no path can have, so no user's file is ever there.</summary>
    public string PartsPrefix => _prefix + "/.cairn-parts/";

    /// <summary>Whether the service can hold a name of this length: 1,024 bytes of UTF-8 are the most.</summary>
    public static bool IsHeld(string key) => Encoding.UTF8.GetByteCount(key) <= MostBytes;

    /// <summary>Refuses a name that the service cannot hold.</summary>
    public static string Held(string key) => IsHeld(key) ? key : throw new ArtifactStoreException(StoreErrorCode.PathConflict, "the name is longer than the 1,024 bytes that the service takes");

    public string FileKey(ArtifactPath path) => _prefix + path.Value;

    public string DirectoryKey(ArtifactPath path) => path.IsRoot ? _prefix : _prefix + path.Value + "/";

    public string Key(ArtifactPath path, EntryKind kind) => kind == EntryKind.Directory ? DirectoryKey(path) : FileKey(path);

    /// <summary>The name of an order key, or of a start.</summary>
    public string OfOrderKey(string orderKey) => _prefix + orderKey;

    /// <summary>The path and kind that a name means; null for the root's own marker and for names that no path can have (<c>a//b</c>, <c>..</c>).</summary>
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
