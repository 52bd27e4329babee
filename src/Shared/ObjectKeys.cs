namespace Cairn.Providers;

/// <summary>Turns paths into the names of objects and back: the root's path, a slash, the path. A name that ends in a slash marks a directory.</summary>
/// <remarks>A source file that the providers of object stores share; each of them is a package of its own.</remarks>
internal abstract class ObjectKeys(ArtifactUri root)
{
    /// <summary>What every name of the store begins with: the root's path and a slash, or nothing.</summary>
    protected string Prefix { get; } = root.Path.IsRoot ? "" : root.Path.Value + "/";

    public string FileKey(ArtifactPath path) => Prefix + path.Value;

    public string DirectoryKey(ArtifactPath path) => path.IsRoot ? Prefix : Prefix + path.Value + "/";

    public string Key(ArtifactPath path, EntryKind kind) => kind == EntryKind.Directory ? DirectoryKey(path) : FileKey(path);

    /// <summary>The name of an order key, or of a start.</summary>
    public string OfOrderKey(string orderKey) => Prefix + orderKey;

    /// <summary>The path and kind that a name means; null for the root's own marker and for names that no path can have (<c>a//b</c>, <c>..</c>).</summary>
    public (ArtifactPath Path, EntryKind Kind)? FromKey(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal) || key.Length == Prefix.Length)
            return null;
        var text = key[Prefix.Length..];
        var directory = text.EndsWith('/');
        var body = directory ? text[..^1] : text;
        return ArtifactPath.TryParse(body, out var path) && path.Value == body && !path.IsRoot ? (path, directory ? EntryKind.Directory : EntryKind.File) : null;
    }
}
