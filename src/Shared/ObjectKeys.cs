namespace Cairn.Providers;

/// <summary>Turns paths into the names of objects and back: the root's path, a slash, the path. A name that ends in a slash marks a directory.</summary>
/// <remarks>A source file that the providers of object stores share; each of them is a package of its own.</remarks>
internal abstract class ObjectKeys(StoreUri root)
{
    /// <summary>What every name of the store begins with: the root's path and a slash, or nothing.</summary>
    protected string Prefix { get; } = root.Path.IsRoot ? "" : root.Path.Value + "/";

    public string FileKey(StorePath path) => Prefix + path.Value;

    public string DirectoryKey(StorePath path) => path.IsRoot ? Prefix : Prefix + path.Value + "/";

    public string Key(StorePath path, EntryKind kind) => kind == EntryKind.Directory ? DirectoryKey(path) : FileKey(path);

    /// <summary>The name of an order key, or of a start.</summary>
    public string OfOrderKey(string orderKey) => Prefix + orderKey;

    /// <summary>The path and kind of an object in a listing; null, and the listing hears of it, for one that no path can name. A marker has no content: one that has some is an object whose name ends in a slash.</summary>
    /// <param name="key">The object's name.</param>
    /// <param name="length">Its length.</param>
    /// <param name="request">The listing.</param>
    public (StorePath Path, EntryKind Kind)? Listed(string key, long length, ListRequest request)
    {
        var isOwnMarker = key == DirectoryKey(request.Directory);
        var found = isOwnMarker ? null : FromKey(key);
        if (found is { Kind: EntryKind.File } || (found is not null && length == 0))
            return found;
        if (request.Unlisted is { } tell && !(isOwnMarker && length == 0) && key.StartsWith(Prefix, StringComparison.Ordinal) && !IsOwn(key))
        {
            var name = key[Prefix.Length..];
            if (request.StartAfter is not { } after || Utf8Order.Compare(name, after) > 0)
                tell(UnlistedEntry.Unnameable(name.Length == 0 ? "/" : name));
        }
        return null;
    }

    /// <summary>The directory that a common prefix of a listing means; null, and the listing hears of it, for one that no path can name.</summary>
    public StorePath? ListedDirectory(string prefix, ListRequest request) => Listed(prefix, 0, request)?.Path;

    /// <summary>Why a directory's marker is not removed or replaced: it has content, so it is an object of another program.</summary>
    public static StoreException HasContent(string key) => new(new StoreFault(StoreErrorCode.PathConflict, $"the object '{key}' has content, and is no mark of a directory")
    {
        Advice = "Another program wrote it, under a name that no path can hold. Move or remove it with the service's own tools.",
    });

    /// <summary>Whether an object is Cairn's own, of which users hear nothing.</summary>
    protected virtual bool IsOwn(string key) => false;

    /// <summary>The path and kind that a name means; null for the root's own marker and for names that no path can have (<c>a//b</c>, <c>..</c>).</summary>
    public (StorePath Path, EntryKind Kind)? FromKey(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal) || key.Length == Prefix.Length)
            return null;
        var text = key[Prefix.Length..];
        var directory = text.EndsWith('/');
        var body = directory ? text[..^1] : text;
        return StorePath.TryParse(body, out var path) && path.Value == body && !path.IsRoot ? (path, directory ? EntryKind.Directory : EntryKind.File) : null;
    }
}
