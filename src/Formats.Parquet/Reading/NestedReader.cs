using System.Linq.Expressions;
using Cairn.Materializers;
using Cairn.Materializers.Records;
using Parquet.Data;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>A part of a column of lists or nested records, which puts values together again from its leaves.</summary>
internal abstract class NestedReader
{
    /// <summary>The leaves below it, from the first to the last.</summary>
    public abstract IReadOnlyList<NestedCursor> Leaves { get; }

    /// <summary>The type of what it reads.</summary>
    public abstract Type Type { get; }

    /// <summary>The next value, or null.</summary>
    public abstract object? Read();

    /// <summary>The reader of a column as a type; of lists as arrays of objects and of records as <see cref="ParquetRow"/> when the type is <see cref="object"/>.</summary>
    /// <exception cref="NotSupportedException">The column is not read as this type.</exception>
    public static NestedReader Of(Field field, Type type)
    {
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        switch (field)
        {
            case DataField { MaxRepetitionLevel: var depth } leaf when !leaf.IsArray || depth == 0:
                var value = wanted == typeof(object) ? Conversions.Natural(leaf) ?? throw Unread() : wanted;
                return new Leaf(leaf, ColumnDecoder.Find(leaf, value) ?? throw Unread());
            case ListField list:
                var element = wanted == typeof(object) ? typeof(object) : ListTypes.ElementOf(wanted) ?? throw Unread();
                return new List(list, Of(list.Item, element), element, wanted.IsGenericType && wanted.GetGenericTypeDefinition() == typeof(List<>));
            case StructField record when wanted == typeof(object):
                return new Record(record, [.. record.Fields.Select(f => Of(f, typeof(object)))], typeof(ParquetRow), values => new ParquetRow([.. record.Fields.Select(f => f.Name)], values));
            case StructField record when RecordShape.IsRecord(wanted):
                var shape = RecordShape.Of(wanted);
                return new Record(record, [.. shape.Members.Select(m => Of(record.Fields.FirstOrDefault(f => f.Name == m.Name) ?? throw Missing(m.Name), m.PropertyType))], wanted, Maker(shape));
            default:
                throw Unread();
        }

        NotSupportedException Unread() => new($"'{field.Path}' ({ParquetColumn.Describe(field)}) is not read as {TypeNames.Of(type)}");

        NotSupportedException Missing(string name) => new($"'{field.Path}' has no column '{name}', which {TypeNames.Of(wanted)} needs");
    }

    /// <summary>Skips one entry of every leaf: what says that something is missing or empty.</summary>
    protected void Skip()
    {
        foreach (var leaf in Leaves)
            leaf.Next();
    }

    private static Func<object?[], object> Maker(RecordShape shape)
    {
        var values = Expression.Parameter(typeof(object?[]));
        var members = shape.Members.Select((m, i) => (Expression)Expression.Call(
            typeof(NestedReader), nameof(As), [m.PropertyType], Expression.ArrayIndex(values, Expression.Constant(i)), Expression.Constant(m.Name)));
        return Expression.Lambda<Func<object?[], object>>(Expression.Convert(shape.New([.. members]), typeof(object)), values).Compile();
    }

    /// <summary>A value of a nested record as the type of a member.</summary>
    internal static T As<T>(object? value, string name) => value is T fits ? fits
        : value is null && default(T) is null ? default!
        : throw new InvalidDataException($"'{name}' has no value in a nested record, and {TypeNames.Of(typeof(T))} cannot be null");

    private sealed class Leaf(DataField field, ColumnDecoder decoder) : NestedReader
    {
        private readonly NestedCursor _cursor = new(field, decoder);

        public override IReadOnlyList<NestedCursor> Leaves => [_cursor];

        public override Type Type => decoder.Type;

        public override object? Read() => _cursor.Next();
    }

    private sealed class List(ListField field, NestedReader element, Type elementType, bool isList) : NestedReader
    {
        public override IReadOnlyList<NestedCursor> Leaves => element.Leaves;

        public override Type Type => isList ? typeof(List<>).MakeGenericType(elementType) : elementType.MakeArrayType();

        public override object? Read()
        {
            var first = element.Leaves[0];
            var items = new List<object?>();
            if (first.Definition < field.MaxDefinitionLevel)
            {
                var isEmpty = first.Definition == field.MaxDefinitionLevel - 1;
                Skip();
                return isEmpty ? Made(items) : null;
            }
            do
            {
                items.Add(element.Read());
            }
            while (first.Repetition == field.MaxRepetitionLevel);
            return Made(items);
        }

        private object Made(List<object?> items)
        {
            var array = Array.CreateInstance(elementType, items.Count);
            for (var i = 0; i < items.Count; i++)
            {
                if (items[i] is null && elementType.IsValueType && Nullable.GetUnderlyingType(elementType) is null)
                    throw new InvalidDataException($"'{field.Path}' has a list with an element that is missing, and {TypeNames.Of(elementType)} cannot be null");
                array.SetValue(items[i], i);
            }
            return isList ? Activator.CreateInstance(Type, array)! : array;
        }
    }

    private sealed class Record(StructField field, IReadOnlyList<NestedReader> members, Type type, Func<object?[], object> make) : NestedReader
    {
        private readonly NestedCursor[] _leaves = [.. members.SelectMany(m => m.Leaves)];

        public override IReadOnlyList<NestedCursor> Leaves => _leaves;

        public override Type Type => type;

        public override object? Read()
        {
            if (_leaves[0].Definition >= field.MaxDefinitionLevel)
                return make([.. members.Select(m => m.Read())]);
            Skip();
            return null;
        }
    }
}

/// <summary>Where a reader is in a column within lists and nested records.</summary>
internal sealed class NestedCursor(DataField column, ColumnDecoder decoder)
{
    private const int AtEnd = -1;
    private int[] _definitions = [];
    private int[] _repetitions = [];
    private object?[] _values = [];
    private int _at;
    private int _next;

    public DataField Field => column;

    /// <summary>How many of the optional values and lists around the next entry are there.</summary>
    public int Definition => _at < _definitions.Length ? _definitions[_at] : throw new InvalidDataException($"'{column.Path}' has fewer values than rows");

    /// <summary>At which list the next entry goes on; 0 for a new row, and less than that at the end.</summary>
    public int Repetition => _at >= _definitions.Length ? AtEnd : _repetitions.Length == 0 ? 0 : _repetitions[_at];

    /// <summary>Begins with the values of a row group.</summary>
    public void Begin(RawColumnData raw)
    {
        _definitions = raw.DefinitionLevels.ToArray();
        _repetitions = column.MaxRepetitionLevel > 0 ? raw.RepetitionLevels.ToArray() : [];
        if (_repetitions.Length > 0 && _repetitions.Length != _definitions.Length)
            throw new InvalidDataException($"'{column.Path}' has {_definitions.Length} definition levels and {_repetitions.Length} repetition levels");
        _values = decoder.DecodeDense(raw, _definitions.Count(d => d == column.MaxDefinitionLevel));
        (_at, _next) = (0, 0);
    }

    /// <summary>The value of the next entry, or null, and goes on.</summary>
    public object? Next()
    {
        var value = Definition == column.MaxDefinitionLevel ? _values[_next++] : null;
        _at++;
        return value;
    }
}
