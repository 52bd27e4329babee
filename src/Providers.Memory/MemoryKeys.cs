namespace Cairn.Providers.Memory;

/// <summary>The keys in a space: the whole path of a file, or the path of a marker with a final <c>/</c>. They are in the order of listings.</summary>
/// <param name="root">The root path of the driver.</param>
internal sealed class MemoryKeys(StorePath root)
{
    /// <summary>Returns the common prefix of all keys below a directory.</summary>
    public string Below(StorePath directory)
    {
        var whole = root / directory;
        return whole.IsRoot ? "" : whole.Value + "/";
    }

    public string File(StorePath path) =>
        path.IsRoot ? throw new ArgumentException("The root of a store is not a file.", nameof(path)) : (root / path).Value;

    public string Marker(StorePath path) => File(path) + "/";

    /// <summary>Converts an order key relative to the root of the driver to a key of the space.</summary>
    public string Absolute(string orderKey) => Below(default) + orderKey;

    public StorePath Relative(string key) => StorePath.Parse(key).RelativeTo(root);
}
