namespace Cairn.Catalog;

/// <summary>A condition that a value of metadata meets, for lists: <c>Meta.Key("auc") &gt; 0.9</c>.</summary>
/// <remarks>
/// Numbers are compared with numbers, texts with texts by their code points, and times with times; a value of another kind does not meet the condition. Of a list, any element may meet it.
/// Texts of more than 256 characters are not compared; a search finds their words.
/// </remarks>
public sealed record MetadataCondition
{
    /// <summary>Initializes a condition.</summary>
    /// <param name="key">The key; the members of nested objects are separated by dots.</param>
    /// <param name="comparison">The comparison.</param>
    /// <param name="value">The text, number, time or truth value on the right side. A list or an object cannot be compared.</param>
    public MetadataCondition(string key, MetadataComparison comparison, MetadataValue value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        if (value.Kind is MetadataKind.List or MetadataKind.Object)
            throw new ArgumentException("A condition compares a text, a number, a time or a truth value.", nameof(value));
        (Key, Comparison, Value) = (key, comparison, value);
    }

    /// <summary>Gets the key; the members of nested objects are separated by dots.</summary>
    public string Key { get; }

    /// <summary>Gets the comparison.</summary>
    public MetadataComparison Comparison { get; }

    /// <summary>Gets the value on the right side.</summary>
    public MetadataValue Value { get; }
}
