using Parquet.Data;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>Turns what the library reads of a column into values of the type that is wanted.</summary>
internal abstract class ColumnDecoder
{
    /// <summary>The type of the values.</summary>
    public abstract Type Type { get; }

    /// <summary>A decoder; null when the column is not read as this type.</summary>
    /// <param name="field">The column.</param>
    /// <param name="type">The type, which is not a nullable one.</param>
    public static ColumnDecoder? Find(DataField field, Type type) => Conversions.Find(field, type) is { } convert
        ? (ColumnDecoder)Activator.CreateInstance(typeof(Typed<,>).MakeGenericType(convert.GetType().GetGenericArguments()), convert)!
        : null;

    /// <summary>The values of a column that is in no list.</summary>
    public abstract ColumnData Decode(RawColumnData raw, DataField field, int rows);

    /// <summary>The values that are there, one after the other.</summary>
    public abstract object?[] DecodeDense(RawColumnData raw, int count);

    private sealed class Typed<TStored, TValue>(Func<TStored, TValue> convert) : ColumnDecoder
        where TStored : struct
    {
        public override Type Type => typeof(TValue);

        public override ColumnData Decode(RawColumnData raw, DataField field, int rows)
        {
            var stored = ((RawColumnData<TStored>)raw).Values;
            var values = new TValue[rows];
            var deepest = field.MaxDefinitionLevel;
            if (deepest == 0)
            {
                Need(stored.Length, rows);
                for (var i = 0; i < values.Length; i++)
                    values[i] = convert(stored[i]);
                return new ColumnData<TValue>(field.Name, values, null);
            }
            var levels = raw.DefinitionLevels;
            Need(levels.Length, rows);
            bool[]? missing = null;
            var next = 0;
            for (var i = 0; i < values.Length; i++)
            {
                if (levels[i] == deepest)
                    values[i] = convert(next < stored.Length ? stored[next++] : throw new InvalidDataException("it has fewer values than its levels announce"));
                else
                    (missing ??= new bool[rows])[i] = true;
            }
            return new ColumnData<TValue>(field.Name, values, missing);
        }

        public override object?[] DecodeDense(RawColumnData raw, int count)
        {
            var stored = ((RawColumnData<TStored>)raw).Values;
            Need(stored.Length, count);
            var values = new object?[count];
            for (var i = 0; i < count; i++)
                values[i] = convert(stored[i]);
            return values;
        }

        private static void Need(int count, int rows)
        {
            if (count < rows)
                throw new InvalidDataException($"it has {count} values for {rows} rows");
        }
    }
}
