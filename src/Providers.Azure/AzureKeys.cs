namespace Cairn.Providers.Azure;

/// <summary>Turns paths into blob names and back: the root's path, a slash, the path. A name that ends in a slash marks a directory.</summary>
internal sealed class AzureKeys(ArtifactUri root, Uri container)
{
    private readonly string _prefix = root.Path.IsRoot ? "" : root.Path.Value + "/";
    private readonly string _base = container.AbsoluteUri.TrimEnd('/') + "/";

    public string FileKey(ArtifactPath path) => _prefix + path.Value;

    public string DirectoryKey(ArtifactPath path) => path.IsRoot ? _prefix : _prefix + path.Value + "/";

    public string Key(ArtifactPath path, EntryKind kind) => kind == EntryKind.Directory ? DirectoryKey(path) : FileKey(path);

    /// <summary>The address of a blob, each segment of its name encoded.</summary>
    public Uri UrlOf(string key) => new(_base + Uri.EscapeDataString(key).Replace("%2F", "/", StringComparison.Ordinal));

    public Uri UrlOf(ArtifactPath path) => UrlOf(FileKey(path));

    /// <summary>The path and kind that a blob name means; null for the root's own marker and for names that no path can have (<c>a//b</c>, <c>..</c>).</summary>
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
