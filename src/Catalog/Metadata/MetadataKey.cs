namespace Cairn.Catalog;

/// <summary>A key of metadata in a condition; see <see cref="Meta.Key"/>.</summary>
public sealed record MetadataKey
{
    internal MetadataKey(string text) => Text = text;

    /// <summary>Gets the text of the key.</summary>
    public string Text { get; }

    /// <summary>Returns the condition that the value is equal.</summary>
    public MetadataCondition Is(MetadataValue value) => new(Text, MetadataComparison.Equal, value);

    /// <summary>Returns the condition that the value is less.</summary>
    public static MetadataCondition operator <(MetadataKey key, MetadataValue value) => Create(key, MetadataComparison.Less, value);

    /// <summary>Returns the condition that the value is less or equal.</summary>
    public static MetadataCondition operator <=(MetadataKey key, MetadataValue value) => Create(key, MetadataComparison.LessOrEqual, value);

    /// <summary>Returns the condition that the value is greater.</summary>
    public static MetadataCondition operator >(MetadataKey key, MetadataValue value) => Create(key, MetadataComparison.Greater, value);

    /// <summary>Returns the condition that the value is greater or equal.</summary>
    public static MetadataCondition operator >=(MetadataKey key, MetadataValue value) => Create(key, MetadataComparison.GreaterOrEqual, value);

    private static MetadataCondition Create(MetadataKey key, MetadataComparison comparison, MetadataValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(key.Text, comparison, value);
    }
}
