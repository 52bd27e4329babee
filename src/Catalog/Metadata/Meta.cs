namespace Cairn.Catalog;

/// <summary>Begins conditions of metadata.</summary>
public static class Meta
{
    /// <summary>Returns a key, whose operators create conditions: <c>Meta.Key("auc") &gt; 0.9</c>.</summary>
    /// <param name="key">The key; the members of nested objects are separated by dots.</param>
    public static MetadataKey Key(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new(key);
    }
}
