using System.Globalization;

namespace Cairn.Catalog.Index;

/// <summary>Collects the conditions of a query, and their values as numbered parameters.</summary>
internal sealed class QueryBuilder
{
    private readonly List<string> _conditions = [];
    private readonly List<object?> _values = [];

    public object?[] Values => [.. _values];

    public string Where => _conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", _conditions);

    /// <summary>Adds a value.</summary>
    /// <returns>The name of its parameter.</returns>
    public string Add(object? value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count - 1}");
    }

    public void And(string condition) => _conditions.Add(condition);

    /// <summary>Requires that a column begins with a text.</summary>
    public void AndPrefix(string column, string? prefix)
    {
        if (!string.IsNullOrEmpty(prefix))
            And($"{column} >= {Add(prefix)} AND {column} < {Add(prefix + "\U0010FFFF")}");
    }

    /// <summary>The condition that a version has a value of metadata.</summary>
    /// <param name="condition">The value.</param>
    /// <param name="version">The column with the id of the version's row.</param>
    public string Holds(MetadataCondition condition, string version) =>
        $"EXISTS (SELECT 1 FROM property q WHERE q.version = {version} AND q.key = (SELECT id FROM key WHERE name = {Add(condition.Key)})"
        + $" AND {condition.ToSql("q.value", Add(condition.ToParameter()))})";
}
