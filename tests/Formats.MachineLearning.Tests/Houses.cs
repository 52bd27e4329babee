using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Cairn.Formats.MachineLearning.Tests;

/// <summary>Small data and models.</summary>
internal static class Houses
{
    public static readonly MLContext Context = new(seed: 1);
    private static readonly Lazy<ModelWithSchema> Model = new(Learn);

    /// <summary>A chain that has learned words and ranges, which are the same on every machine.</summary>
    public static ModelWithSchema Learned() => Model.Value;

    /// <summary>A regression.</summary>
    public static ModelWithSchema Regression()
    {
        var data = Data(40);
        var trainer = Context.Regression.Trainers.Sdca(new Microsoft.ML.Trainers.SdcaRegressionTrainer.Options
        {
            LabelColumnName = "Price",
            FeatureColumnName = "Features",
            NumberOfThreads = 1,
            MaximumNumberOfIterations = 20
        });
        return new(Context.Transforms.Concatenate("Features", "Size", "Rooms").Append(Context.Transforms.NormalizeMinMax("Features")).Append(trainer).Fit(data), data.Schema);
    }

    public static ModelWithSchema Nothing()
    {
        var data = Data(1);
        return new(new TransformerChain<ITransformer>(), data.Schema);
    }

    /// <summary>A model of about as many bytes: a normalizer over a long vector.</summary>
    public static ModelWithSchema Wide(int bytes)
    {
        var data = Signals(bytes / 8);
        return new(Context.Transforms.NormalizeMinMax("Values", fixZero: false).Fit(data), data.Schema);
    }

    public static IDataView Data(int rows) =>
        Context.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => new House { Size = 50 + i * 7, Rooms = 1 + i % 4, Place = i % 2 == 0 ? "north" : "ü", Price = 100 + i * 11 }));

    /// <summary>Random numbers, which no compression makes smaller.</summary>
    public static IDataView Noise(int rows)
    {
        var random = new Random(3);
        var block = new double[1024];
        for (var i = 0; i < block.Length; i++)
            block[i] = random.NextDouble();
        return Context.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => new Numbers { A = block[i % 1024] * i, B = block[i * 7 % 1024] / (i + 1), C = block[i * 31 % 1024] + i, D = i }));
    }

    public static IDataView Every(int rows) => Context.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i => new Every
    {
        Bool = i % 2 == 0,
        I1 = (sbyte)-i,
        I2 = (short)-i,
        I4 = -i,
        I8 = long.MinValue + i,
        U1 = (byte)i,
        U2 = (ushort)i,
        U4 = uint.MaxValue,
        U8 = ulong.MaxValue,
        R4 = i / 3f,
        R8 = double.NaN,
        Text = i == 0 ? "" : "a\u0000ü😀",
        When = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Unspecified).AddTicks(i),
        Zone = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-5)),
        Span = TimeSpan.FromTicks(-i),
        Vector = [i, 0, 2],
    }));

    /// <summary>Keys with their values as annotations, and slots with names.</summary>
    public static IDataView Keys()
    {
        var data = Data(6);
        return Context.Transforms.Conversion.MapValueToKey("Key", "Place").Append(Context.Transforms.Categorical.OneHotEncoding("Hot", "Place")).Fit(data).Transform(data);
    }

    /// <summary>What a model makes of a few rows that fit it.</summary>
    public static IEnumerable<string> Predict(ModelWithSchema model) =>
        Lines(model.Model.Transform(model.InputSchema?.GetColumnOrNull("Values") is { Type: VectorDataViewType vector } ? Signals(vector.Size) : Data(4)));

    /// <summary>Columns with their annotations, then each row.</summary>
    public static IEnumerable<string> Lines(IDataView data, CancellationToken cancellationToken = default)
    {
        var columns = data.Schema.Where(c => !c.IsHidden).ToList();
        yield return string.Join("; ", columns.Select(c => $"{c.Name} {c.Type} {string.Join(",", c.Annotations.Schema.Select(a => $"{a.Name} {a.Type}"))}"));
        using var cursor = data.GetRowCursor(columns);
        var values = columns.ConvertAll(c => Getter(cursor, c));
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return string.Join('|', values.Select(v => v()));
        }
    }

    private static IDataView Signals(int length)
    {
        var schema = SchemaDefinition.Create(typeof(Signal));
        schema["Values"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, length);
        return Context.Data.LoadFromEnumerable(Enumerable.Range(1, 3).Select(i => new Signal { Values = [.. Enumerable.Range(0, length).Select(n => (float)(i * (n % 97) + n % 5))] }), schema);
    }

    private static Func<string> Getter(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var type = column.Type.RawType;
        var method = typeof(Houses).GetMethod(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(VBuffer<>)
            ? nameof(Vector) : nameof(Single), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        var item = method.Name == nameof(Vector) ? type.GetGenericArguments()[0] : type;
        return (Func<string>)method.MakeGenericMethod(item).Invoke(null, [cursor, column])!;
    }

    private static Func<string> Single<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var get = cursor.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            get(ref value);
            return Convert.ToString((object)value!, CultureInfo.InvariantCulture) ?? "";
        };
    }

    private static Func<string> Vector<T>(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var get = cursor.GetGetter<VBuffer<T>>(column);
        var value = default(VBuffer<T>);
        return () =>
        {
            get(ref value);
            // Of a long one, a hash tells as much.
            return value.Length > 1000
                ? $"{value.Length}: {value.DenseValues().Aggregate(17L, (hash, v) => hash * 31 + v!.GetHashCode())}"
                : string.Join(',', value.DenseValues().Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
        };
    }

    private static ModelWithSchema Learn()
    {
        var data = Data(40);
        var pipeline = Context.Transforms.Categorical.OneHotEncoding("Where", "Place")
            .Append(Context.Transforms.Concatenate("Features", "Size", "Rooms", "Where"))
            .Append(Context.Transforms.NormalizeMinMax("Features"));
        return new(pipeline.Fit(data), data.Schema);
    }

    private sealed class House
    {
        public float Size { get; set; }

        public float Rooms { get; set; }

        public string Place { get; set; } = "";

        public float Price { get; set; }
    }

    private sealed class Numbers
    {
        public double A { get; set; }

        public double B { get; set; }

        public double C { get; set; }

        public long D { get; set; }
    }

    private sealed class Signal
    {
        public float[] Values { get; set; } = [];
    }
}
