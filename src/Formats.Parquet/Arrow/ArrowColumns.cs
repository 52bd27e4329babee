using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using Cairn.Formats.Parquet.Writing;
using Parquet.Schema;
using Field = Apache.Arrow.Field;

namespace Cairn.Formats.Parquet.Arrow;

/// <summary>Writes Arrow batches of one schema.</summary>
internal sealed class ArrowColumns
{
    private const int Slice = 4096;
    private readonly Schema _schema;
    private readonly ColumnBuffer[] _columns;
    private readonly TableWriter _table;

    /// <summary>For batches of a schema.</summary>
    /// <exception cref="NotSupportedException">A column is of a type that no Parquet column holds.</exception>
    public ArrowColumns(Schema schema, Stream stream, ParquetMaterializerOptions options)
    {
        if (schema.FieldsList.Count == 0)
            throw new NotSupportedException("a batch without columns cannot be a Parquet file");
        _schema = schema;
        _columns = [.. schema.FieldsList.Select(f => Column(f, options))];
        _table = new(stream, _columns, options);
    }

    /// <summary>How many rows were written; known at the end.</summary>
    public long Rows => _table.Rows;

    /// <summary>Adds a batch.</summary>
    public async ValueTask AddAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        if (!Alike(batch.Schema))
            throw new InvalidDataException($"a batch has other columns than the first: {string.Join(", ", batch.Schema.FieldsList.Select(f => $"{f.Name}: {f.DataType.Name}"))}");
        for (var at = 0; at < batch.Length; at += Slice)
        {
            var rows = Math.Min(Slice, batch.Length - at);
            for (var i = 0; i < _columns.Length; i++)
                Append(batch.Column(i), at, rows, _columns[i]);
            await _table.EndRowsAsync(rows, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the file.</summary>
    public Task FinishAsync(CancellationToken cancellationToken) => _table.FinishAsync(cancellationToken);

    private bool Alike(Schema other) => other.FieldsList.Count == _schema.FieldsList.Count
        && other.FieldsList.Zip(_schema.FieldsList).All(p => p.First.Name == p.Second.Name && p.First.DataType.TypeId == p.Second.DataType.TypeId);

    private static ColumnBuffer Column(Field field, ParquetMaterializerOptions options) => field.DataType switch
    {
        NestedType => new NestedBuffer(Node(field.Name, field.DataType, field.IsNullable, 0, options)),
        _ => Kind(field.Name, field.DataType).NewBuffer(field.Name, field.IsNullable, options),
    };

    private static NestedNode Node(string name, IArrowType type, bool nullable, int repetition, ParquetMaterializerOptions options) => type switch
    {
        ListType list => new NestedList(name, Node(NestedList.ElementName, list.ValueDataType, list.ValueField.IsNullable, repetition + 1, options), repetition + 1),
        FixedSizeListType list => new NestedList(name, Node(NestedList.ElementName, list.ValueDataType, list.ValueField.IsNullable, repetition + 1, options), repetition + 1),
        StructType record => new NestedRecord(name, [.. record.Fields.Select(
            (f, i) => ((Func<object, object?>)(row => ((object?[])row)[i]), Node(f.Name, f.DataType, f.IsNullable, repetition, options)))]),
        NestedType => throw new NotSupportedException($"column '{name}' is of {type.Name}, which is not written to a Parquet column"),
        _ => Kind(name, type).NewLeaf(name, nullable, options),
    };

    private static ColumnKind Kind(string name, IArrowType type) => type switch
    {
        Decimal128Type number => ColumnKinds.Decimal(number.Precision, number.Scale),
        DictionaryType dictionary => Kind(name, dictionary.ValueType),
        _ => ColumnKinds.Find(type switch
        {
            BooleanType => typeof(bool),
            Int8Type => typeof(sbyte),
            Int16Type => typeof(short),
            Int32Type => typeof(int),
            Int64Type => typeof(long),
            UInt8Type => typeof(byte),
            UInt16Type => typeof(ushort),
            UInt32Type => typeof(uint),
            UInt64Type => typeof(ulong),
            FloatType => typeof(float),
            DoubleType => typeof(double),
            StringType or LargeStringType or StringViewType => typeof(string),
            BinaryType or LargeBinaryType or BinaryViewType or FixedSizeBinaryType => typeof(byte[]),
            Date32Type or Date64Type => typeof(DateOnly),
            Time32Type or Time64Type => typeof(TimeOnly),
            TimestampType time => string.IsNullOrEmpty(time.Timezone) ? typeof(DateTime) : typeof(DateTimeOffset),
            _ => throw new NotSupportedException($"column '{name}' is of the Arrow type {type.Name}, which is not written to a Parquet column"),
        })!,
    };

    private static void Append(IArrowArray array, int at, int rows, ColumnBuffer column)
    {
        switch (array)
        {
            case Int32Array a: Numbers(a, at, rows, (ColumnBuffer<int, int>)column); break;
            case Int64Array a: Numbers(a, at, rows, (ColumnBuffer<long, long>)column); break;
            case FloatArray a: Numbers(a, at, rows, (ColumnBuffer<float, float>)column); break;
            case DoubleArray a: Numbers(a, at, rows, (ColumnBuffer<double, double>)column); break;
            case StringArray a when column is ColumnBuffer<string, ReadOnlyMemory<char>> texts:
                for (var i = at; i < at + rows; i++)
                    texts.Add(a.GetString(i));
                break;
            default:
                for (var i = at; i < at + rows; i++)
                    column.AddBoxed(ArrowValues.At(array, i));
                break;
        }
    }

    private static void Numbers<T>(PrimitiveArray<T> array, int at, int rows, ColumnBuffer<T, T> column)
        where T : struct, IEquatable<T>
    {
        for (var i = at; i < at + rows; i++)
        {
            if (array.IsNull(i))
                column.AddNull();
            else
                column.Add(array.Values[i]);
        }
    }
}
