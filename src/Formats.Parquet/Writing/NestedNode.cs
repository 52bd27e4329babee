using System.Collections;
using System.Reflection;
using Cairn.Materializers.Records;
using Parquet;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>A part of a column of lists or nested records: values go down to its leaves with the levels that tell where they belong.</summary>
/// <remarks>A repetition level says at which list a value goes on; a definition level says how many of the lists and optional values around it are there.</remarks>
internal abstract class NestedNode
{
    /// <summary>About how many bytes the gathered values have.</summary>
    public abstract long Bytes { get; }

    /// <summary>The part in the schema.</summary>
    public abstract Field MakeField();

    /// <summary>Adds a value, or a missing one.</summary>
    public abstract void Add(object? value, int repetition, int definition);

    /// <summary>Takes note that something around the value is missing or empty.</summary>
    public abstract void AddAbsent(int repetition, int definition);

    /// <summary>Writes the leaves.</summary>
    public abstract Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken);

    /// <summary>Forgets the gathered values.</summary>
    public abstract void Clear();
}

/// <summary>A column within a list or nested record.</summary>
internal sealed class NestedLeaf<TValue, TStored>(string name, bool nullable, ColumnKind<TValue, TStored> kind, ParquetMaterializerOptions options) : NestedNode
    where TStored : struct
{
    private readonly List<TStored> _values = [];
    private readonly List<int> _definitions = [];
    private readonly List<int> _repetitions = [];
    private long _heap;

    public override long Bytes => ((long)_values.Count * System.Runtime.CompilerServices.Unsafe.SizeOf<TStored>()) + (8L * _definitions.Count) + _heap;

    public override Field MakeField() => kind.MakeField(name, nullable, options);

    public override void Add(object? value, int repetition, int definition)
    {
        if (value is null)
        {
            if (!nullable)
                throw new InvalidDataException($"'{name}' cannot hold missing values, and there is one");
            AddAbsent(repetition, definition);
            return;
        }
        if (value is DateTime { Kind: not DateTimeKind.Unspecified })
            throw new InvalidDataException($"'{name}' has a DateTime with a zone within a list or nested record, which would lose it; use DateTimeOffset");
        var stored = kind.Store(name, (TValue)value, options);
        _values.Add(stored);
        _heap += kind.HeapBytes?.Invoke(stored) ?? 0;
        AddAbsent(repetition, nullable ? definition + 1 : definition);
    }

    public override void AddAbsent(int repetition, int definition)
    {
        _definitions.Add(definition);
        _repetitions.Add(repetition);
    }

    public override Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken)
    {
        var leaf = leaves.Dequeue();
        return writer.WriteAllPartsAsync<TStored>(
            leaf, _values.ToArray(), leaf.MaxDefinitionLevel > 0 ? _definitions.ToArray()
                : default(ReadOnlyMemory<int>?), leaf.MaxRepetitionLevel > 0 ? _repetitions.ToArray() : default(ReadOnlyMemory<int>?), cancellationToken);
    }

    public override void Clear()
    {
        _values.Clear();
        _definitions.Clear();
        _repetitions.Clear();
        _heap = 0;
    }
}

/// <summary>A list: optional, of elements that are one level deeper.</summary>
internal sealed class NestedList(string name, NestedNode element, int repetitionLevel) : NestedNode
{
    /// <summary>The name that the format's description gives to the elements of every list.</summary>
    public const string ElementName = "element";

    public override long Bytes => element.Bytes;

    public override Field MakeField() => new ListField(name, element.MakeField());

    public override void Add(object? value, int repetition, int definition)
    {
        if (value is null)
        {
            AddAbsent(repetition, definition);
            return;
        }
        var first = true;
        foreach (var item in (IEnumerable)value)
        {
            element.Add(item, first ? repetition : repetitionLevel, definition + 2);
            first = false;
        }
        if (first)
            element.AddAbsent(repetition, definition + 1);
    }

    public override void AddAbsent(int repetition, int definition) => element.AddAbsent(repetition, definition);

    public override Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken) => element.WriteAsync(writer, leaves, cancellationToken);

    public override void Clear() => element.Clear();
}

/// <summary>A nested record: optional, with its own columns.</summary>
internal sealed class NestedRecord(string name, IReadOnlyList<(Func<object, object?> Get, NestedNode Node)> members, RecordShape? shape = null) : NestedNode
{
    public override long Bytes => members.Sum(m => m.Node.Bytes);

    public override Field MakeField() => new StructField(name, [.. members.Select(m => m.Node.MakeField())]);

    public override void Add(object? value, int repetition, int definition)
    {
        if (value is null)
        {
            AddAbsent(repetition, definition);
            return;
        }
        shape?.RequireWhole(value);
        foreach (var (get, node) in members)
            node.Add(get(value), repetition, definition + 1);
    }

    public override void AddAbsent(int repetition, int definition)
    {
        foreach (var (_, node) in members)
            node.AddAbsent(repetition, definition);
    }

    public override async Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken)
    {
        foreach (var (_, node) in members)
            await node.WriteAsync(writer, leaves, cancellationToken).ConfigureAwait(false);
    }

    public override void Clear()
    {
        foreach (var (_, node) in members)
            node.Clear();
    }
}

/// <summary>A column of lists or nested records as one of the table.</summary>
internal sealed class NestedBuffer(NestedNode root) : ColumnBuffer
{
    public override long Bytes => root.Bytes;

    public override void AddNull() => root.AddAbsent(0, 0);

    public override void AddBoxed(object? value) => root.Add(value, 0, 0);

    public override Field MakeField() => root.MakeField();

    public override Task WriteAsync(ParquetRowGroupWriter writer, Queue<DataField> leaves, CancellationToken cancellationToken) => root.WriteAsync(writer, leaves, cancellationToken);

    public override void Clear() => root.Clear();
}
