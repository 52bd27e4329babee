using System.Collections;

namespace Cairn.Formats.Parquet;

/// <summary>A nested record for which the program has no type: its values by column name, in order.</summary>
public sealed class ParquetRow : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<object?> _values;

    internal ParquetRow(IReadOnlyList<string> names, IReadOnlyList<object?> values) => (_names, _values) = (names, values);

    /// <inheritdoc/>
    public int Count => _names.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => new(_names[index], _values[index]);

    /// <summary>Gets a value.</summary>
    /// <exception cref="KeyNotFoundException">The column does not exist.</exception>
    public object? this[string name] => Enumerable.Range(0, Count).Where(i => _names[i] == name).Select(i => _values[i]).DefaultIfEmpty(this).First() is var found && !ReferenceEquals(found, this)
        ? found
        : throw new KeyNotFoundException($"The record has no column '{name}'; it has {string.Join(", ", _names)}.");

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
