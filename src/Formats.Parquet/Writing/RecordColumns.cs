using System.Linq.Expressions;
using Cairn.Materializers;
using Cairn.Materializers.Records;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>Writes the records of one type.</summary>
internal abstract class RecordColumns
{
    private const int Deepest = 16;

    /// <summary>For a type of records.</summary>
    /// <exception cref="NotSupportedException">A property is of a type that no column holds.</exception>
    public static RecordColumns Of(Type type, ParquetMaterializerOptions options)
    {
        var shape = RecordShape.Of(type);
        var columns = shape.Members.Select(m => Column(m.Name, m.PropertyType, $"{TypeNames.Of(type)}.{m.Name}", options)).ToArray();
        return (RecordColumns)Activator.CreateInstance(typeof(Typed<>).MakeGenericType(type), shape, columns, options)!;
    }

    /// <summary>Writes all records of an <see cref="IEnumerable{T}"/> or <see cref="IAsyncEnumerable{T}"/>.</summary>
    /// <returns>How many there were, and the columns.</returns>
    public abstract Task<long> WriteAsync(object records, Stream stream, CancellationToken cancellationToken);

    private static ColumnBuffer Column(string name, Type type, string what, ParquetMaterializerOptions options)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        return ColumnKinds.Find(value) is { } kind ? kind.NewBuffer(name, value != type || !type.IsValueType, options) : new NestedBuffer(Node(name, type, what, 0, 0, options));
    }

    private static NestedNode Node(string name, Type type, string what, int repetition, int depth, ParquetMaterializerOptions options)
    {
        if (depth > Deepest)
            throw new NotSupportedException($"{what} is more than {Deepest} levels deep; a record that contains itself has no columns");
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (ColumnKinds.Find(value) is { } kind)
            return kind.NewLeaf(name, value != type || !type.IsValueType, options);
        if (ListTypes.ElementOf(type) is { } element)
            return new NestedList(name, Node(NestedList.ElementName, element, what, repetition + 1, depth + 1, options), repetition + 1);
        if (!RecordShape.IsRecord(value))
            throw new NotSupportedException($"{what} is of {TypeNames.Of(type)}, which no Parquet column holds; convert it first");
        var shape = RecordShape.Of(value);
        return new NestedRecord(name, [.. shape.Members.Select(m => ((Func<object, object?>)m.GetValue, Node(m.Name, m.PropertyType, $"{what}.{m.Name}", repetition, depth + 1, options)))], shape);
    }

    private sealed class Typed<T>(RecordShape shape, ColumnBuffer[] columns, ParquetMaterializerOptions options) : RecordColumns
    {
        private readonly Action<T> _add = MakeAdd(shape, columns);

        public override async Task<long> WriteAsync(object records, Stream stream, CancellationToken cancellationToken)
        {
            var table = new TableWriter(stream, columns, options);
            if (records is IAsyncEnumerable<T> sequence)
            {
                await foreach (var record in sequence.WithCancellation(cancellationToken).ConfigureAwait(false))
                    await AddAsync(record).ConfigureAwait(false);
            }
            else
            {
                foreach (var record in (IEnumerable<T>)records)
                    await AddAsync(record).ConfigureAwait(false);
            }
            await table.FinishAsync(cancellationToken).ConfigureAwait(false);
            return table.Rows;

            ValueTask AddAsync(T record)
            {
                if (record is null)
                    throw new InvalidDataException("one of the records is null, and a row of a table cannot be");
                shape.RequireWhole(record);
                _add(record);
                return table.EndRowAsync(cancellationToken);
            }
        }

        private static Action<T> MakeAdd(RecordShape shape, ColumnBuffer[] columns)
        {
            var record = Expression.Parameter(typeof(T));
            return Expression.Lambda<Action<T>>(Expression.Block(shape.Members.Zip(columns, (member, column) => Add(Expression.Property(record, member), column))), record).Compile();
        }

        private static Expression Add(Expression value, ColumnBuffer column)
        {
            var buffer = Expression.Constant(column);
            if (column is NestedBuffer)
                return Expression.Call(buffer, nameof(ColumnBuffer.AddBoxed), null, Expression.Convert(value, typeof(object)));
            if (Nullable.GetUnderlyingType(value.Type) is null)
                return Expression.Call(buffer, "Add", null, value);
            var local = Expression.Variable(value.Type);
            return Expression.Block([local], Expression.Assign(local, value), Expression.IfThenElse(
                Expression.Property(local, nameof(Nullable<int>.HasValue)),
                Expression.Call(buffer, "Add", null, Expression.Property(local, nameof(Nullable<int>.Value))),
                Expression.Call(buffer, nameof(ColumnBuffer.AddNull), null)));
        }
    }
}
