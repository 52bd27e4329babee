namespace Cairn.Providers.Azure;

/// <summary>Turns paths into blob names and back: the root's path, a slash, the path. A name that ends in a slash marks a directory.</summary>
internal sealed class AzureKeys(ArtifactUri root, Uri container)
{
    private const int MostCharacters = 1024;
    private const int MostSegments = 254;

    private readonly string _prefix = root.Path.IsRoot ? "" : root.Path.Value + "/";
    private readonly string _base = container.AbsoluteUri.TrimEnd('/') + "/";

    /// <summary>Why the service cannot hold a name; null when it can. It takes no control characters, and makes <c>/</c> of <c>\</c>, which would be another name.</summary>
    public static string? Problem(string key)
    {
        if (key.Contains('\\', StringComparison.Ordinal))
            return "Azure makes '/' of '\\' in names";
        if (key.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0 || key.AsSpan().IndexOfAnyInRange('\uFFFE', '\uFFFF') >= 0)
            return "Azure takes no control characters in names";
        if (key.Length > MostCharacters)
            return "Azure takes names of at most 1,024 characters";
        return key.AsSpan().Count('/') >= MostSegments ? "Azure takes names of at most 254 segments" : null;
    }

    /// <summary>Refuses a name that the service cannot hold.</summary>
    public static void Check(string key)
    {
        if (Problem(key) is { } problem)
            throw new ArtifactStoreException(StoreErrorCode.PathConflict, problem);
    }

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
