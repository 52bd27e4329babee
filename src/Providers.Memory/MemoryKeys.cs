namespace Cairn.Providers.Memory;

/// <summary>Keys in a space: a file's whole path, or a marker's with a final <c>/</c>. They stand in the order of listings.</summary>
/// <param name="root">The path below which the driver works.</param>
internal sealed class MemoryKeys(StorePath root)
{
    /// <summary>What every key below a directory begins with.</summary>
    public string Below(StorePath directory)
    {
        var whole = root / directory;
        return whole.IsRoot ? "" : whole.Value + "/";
    }

    public string File(StorePath path) =>
        path.IsRoot ? throw new ArgumentException("The root of a store is not a file.", nameof(path)) : (root / path).Value;

    public string Marker(StorePath path) => File(path) + "/";

    /// <summary>The text of an order key relative to the driver's root, as a key of the space.</summary>
    public string Absolute(string orderKey) => Below(default) + orderKey;

    public StorePath Relative(string key) => StorePath.Parse(key).RelativeTo(root);
}
