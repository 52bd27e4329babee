namespace Cairn.Catalog.Index;

/// <summary>A condition of a value of metadata. Numbers are compared with numbers, and texts, by their code points, with texts.</summary>
internal sealed record MetadataCondition
{
    private MetadataCondition(string key, MetadataComparison comparison, object value) => (Key, Comparison, Value) = (key, comparison, value);

    /// <summary>Gets the key; the members of nested objects are separated by dots.</summary>
    public string Key { get; }

    public MetadataComparison Comparison { get; }

    /// <summary>Gets the value: a <see cref="long"/>, a <see cref="double"/> or a <see cref="string"/>.</summary>
    public object Value { get; }

    public static MetadataCondition Number(string key, MetadataComparison comparison, double value) => new(key, comparison, value);

    public static MetadataCondition Number(string key, MetadataComparison comparison, long value) => new(key, comparison, value);

    public static MetadataCondition Text(string key, MetadataComparison comparison, string value) => new(key, comparison, value);

    public static MetadataCondition Time(string key, MetadataComparison comparison, DateTimeOffset value) => new(key, comparison, MetadataLeaves.Time(value));

    /// <summary>The condition in SQL.</summary>
    /// <param name="column">The column with the value.</param>
    /// <param name="parameter">The parameter that has <see cref="Value"/>.</param>
    public string ToSql(string column, string parameter)
    {
        // In SQLite, every text is greater than every number.
        var sameKind = Value is string ? $"{column} >= ''" : $"{column} < ''";
        return Comparison switch
        {
            MetadataComparison.Equal => $"{column} = {parameter}",
            MetadataComparison.Less => $"{column} < {parameter} AND {sameKind}",
            MetadataComparison.LessOrEqual => $"{column} <= {parameter} AND {sameKind}",
            MetadataComparison.Greater => $"{column} > {parameter} AND {sameKind}",
            _ => $"{column} >= {parameter} AND {sameKind}",
        };
    }
}
