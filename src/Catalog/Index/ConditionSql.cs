namespace Cairn.Catalog.Index;

/// <summary>Writes conditions of metadata as SQL.</summary>
internal static class ConditionSql
{
    /// <summary>The value of a parameter: a <see cref="long"/>, a <see cref="double"/> or a <see cref="string"/>, as <see cref="MetadataLeaves"/> stores values.</summary>
    public static object ToParameter(this MetadataCondition condition) => condition.Value.Kind switch
    {
        MetadataKind.Integer => condition.Value.AsInteger(),
        MetadataKind.Number => condition.Value.AsNumber(),
        MetadataKind.Time => MetadataLeaves.Time(condition.Value.AsTime()),
        MetadataKind.Boolean => condition.Value.AsBoolean() ? "true" : "false",
        _ => condition.Value.AsText(),
    };

    /// <summary>The condition in SQL.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="column">The column with the value.</param>
    /// <param name="parameter">The parameter that has the value of <see cref="ToParameter"/>.</param>
    public static string ToSql(this MetadataCondition condition, string column, string parameter)
    {
        // In SQLite, every text is greater than every number.
        var sameKind = condition.Value.Kind is MetadataKind.Integer or MetadataKind.Number ? $"{column} < ''" : $"{column} >= ''";
        return condition.Comparison switch
        {
            MetadataComparison.Equal => $"{column} = {parameter}",
            MetadataComparison.Less => $"{column} < {parameter} AND {sameKind}",
            MetadataComparison.LessOrEqual => $"{column} <= {parameter} AND {sameKind}",
            MetadataComparison.Greater => $"{column} > {parameter} AND {sameKind}",
            _ => $"{column} >= {parameter} AND {sameKind}",
        };
    }
}
