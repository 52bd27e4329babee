namespace Cairn.Providers;

/// <summary>
/// Converts paths to the names of objects and back: the path of the root, a slash, and the path. A name that ends with a slash marks a directory.
/// </summary>
/// <remarks>A source file shared by the providers of object stores, which are separate packages.</remarks>
internal abstract class ObjectKeys(StoreUri root)
{
    /// <summary>Gets the common prefix of all names in the store: the path of the root and a slash, or an empty text.</summary>
    protected string Prefix { get; } = root.Path.IsRoot ? "" : root.Path.Value + "/";

    public string FileKey(StorePath path) => Prefix + path.Value;

    public string DirectoryKey(StorePath path) => path.IsRoot ? Prefix : Prefix + path.Value + "/";

    public string Key(StorePath path, EntryKind kind) => kind == EntryKind.Directory ? DirectoryKey(path) : FileKey(path);

    /// <summary>Returns the name for an order key or a start.</summary>
    public string OfOrderKey(string orderKey) => Prefix + orderKey;

    /// <summary>
    /// Returns the path and kind of an object in a listing. For a name that is not a valid path, reports it to the listing and returns null. A marker has no
    /// content: an object with content is an object whose name ends with a slash.
    /// </summary>
    /// <param name="key">The name of the object.</param>
    /// <param name="length">The length of the object.</param>
    /// <param name="request">The request of the listing.</param>
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

    /// <summary>
    /// Returns the directory of a common prefix in a listing. For a name that is not a valid path, reports it to the listing and returns null.
    /// </summary>
    public StorePath? ListedDirectory(string prefix, ListRequest request) => Listed(prefix, 0, request)?.Path;

    /// <summary>
    /// Returns the error for a marker that cannot be removed or replaced because it has content and is therefore an object of another program.
    /// </summary>
    public static StoreException HasContent(string key) => new(new StoreFault(StoreErrorCode.PathConflict, $"the object '{key}' has content, so it is not a directory marker")
    {
        Advice = "Another program wrote it, and its name is not a valid path. Move or remove it with the tools of the service.",
    });

    /// <summary>Returns true if an object is internal to Cairn and hidden from users.</summary>
    protected virtual bool IsOwn(string key) => false;

    /// <summary>
    /// Returns the path and kind of a name, or null for the marker of the root and for names that are not valid paths (<c>a//b</c>, <c>..</c>).
    /// </summary>
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
