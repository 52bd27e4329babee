using System.Data;
using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using Microsoft.Data.Analysis;

namespace Cairn.Formats.Parquet.Tests;

public enum Color
{
    Red,
    Green,
}

public sealed record Place(string City, double? Height);

/// <summary>A column of every kind.</summary>
public sealed record Every(
    bool Bool, sbyte Int8, short Int16, int Int32, long Int64, byte UInt8, ushort UInt16, uint UInt32, ulong UInt64, float Single, double Double, decimal Decimal, string? Text, char Char,
        byte[]? Bytes, Guid Guid,
    Color Color, DateTime Local, DateTimeOffset Instant, DateOnly Date, TimeOnly Time, TimeSpan Span, int? MaybeInt, Color? MaybeColor, DateTimeOffset? MaybeInstant, decimal? MaybeDecimal)
{
    public static Every At(int i) => new(
        i % 2 == 0, (sbyte)-i, (short)(i * 3), i - 5, long.MaxValue - i, (byte)i, (ushort)i, uint.MaxValue - (uint)i, ulong.MaxValue - (ulong)i, i / 3f, i / 7.0, i == 0
            ? -3m : i * 1.25m / 1.000000000000000000000000000000000m, i % 3 == 0 ? null : $"text {i} äß€😀", (char)('a' + (i % 26)),
        i % 4 == 0 ? null : [(byte)i, 0, 255], new Guid(i, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]), (Color)(i % 2), new DateTime(2026, 2, 3, 4, 5, 6)
            .AddTicks(i), new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(i * 7),
        new DateOnly(2026, 1, 1).AddDays(i), new TimeOnly(1, 2, 3).Add(TimeSpan.FromTicks(i)), TimeSpan.FromTicks(-i * 12345L), i % 2 == 0 ? i : null, i % 3 == 0 ? Color.Green : null,
        i % 5 == 0 ? new DateTimeOffset(1999, 12, 31, 23, 59, 59, TimeSpan.Zero) : null, i % 2 == 1 ? 0.000000000000000001m * i : null);

    public bool Equals(Every? other) => other is not null && JsonSerializer.Serialize(this) == JsonSerializer.Serialize(other);

    public override int GetHashCode() => Int32;
}

/// <summary>Lists and nested records.</summary>
public sealed class Nested
{
    public int Id { get; set; }

    public double[]? Values { get; set; }

    public List<string?>? Tags { get; set; }

    public Place? Home { get; set; }

    public IReadOnlyList<Place>? Places { get; set; }

    public int[][]? Grid { get; set; }

    public static Nested At(int i) => new()
    {
        Id = i,
        Values = i % 4 == 0 ? null : [.. Enumerable.Range(0, i % 4 - 1).Select(n => n / 2.0)],
        Tags = i % 3 == 0 ? null : i % 3 == 1 ? [] : ["a", null, $"t{i}"],
        Home = i % 2 == 0 ? null : new($"city {i}", i % 3 == 0 ? null : i),
        Places = i % 5 == 0 ? null : [.. Enumerable.Range(0, i % 5 - 1).Select(n => new Place($"p{n}", n == 0 ? null : n))],
        Grid = i % 3 == 0 ? null : [[], [i], [i, 2]],
    };

    public override bool Equals(object? obj) => obj is Nested other && Text == other.Text;

    public override int GetHashCode() => Id;

    public override string ToString() => Text;

    private string Text => JsonSerializer.Serialize(this);
}

internal static class Samples
{
    public static DataTable Table(int rows)
    {
        var table = new DataTable("measurements") { Locale = CultureInfo.InvariantCulture };
        foreach (var (name, type) in new[] { ("id", typeof(int)), ("name", typeof(string)), ("at", typeof(DateTimeOffset)), ("took", typeof(TimeSpan)), ("kind", typeof(char)),
            ("amount", typeof(decimal)), ("raw", typeof(byte[])), ("day", typeof(DateTime)) })
            table.Columns.Add(name, type);
        for (var i = 0; i < rows; i++)
        {
            table.Rows.Add(i, i % 3 == 0 ? DBNull.Value : $"n{i}", new DateTimeOffset(2026, 1, 1, 0, 0, i % 60, TimeSpan.Zero), TimeSpan.FromSeconds(i), (char)('a' + (i % 26)), i / 2
                + (i % 2 == 0 ? 0m : 0.5m), new[] { (byte)i }, new DateTime(2026, 1, 1).AddDays(i % 1000));
        }
        return table;
    }

    public static DataFrame Frame(int rows) => new(
        new Int32DataFrameColumn("id", Enumerable.Range(0, rows).Select(i => i % 4 == 0 ? (int?)null : i)),
        new DoubleDataFrameColumn("x", Enumerable.Range(0, rows).Select(i => (double?)(i / 3.0))),
        new StringDataFrameColumn("name", Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? null : $"n{i}")),
        new BooleanDataFrameColumn("flag", Enumerable.Range(0, rows).Select(i => (bool?)(i % 2 == 0))),
        new DateTimeDataFrameColumn("at", Enumerable.Range(0, rows).Select(i => (DateTime?)new DateTime(2026, 1, 1).AddHours(i % 1000))));

    public static RecordBatch Batch(int rows)
    {
        var ints = new Int32Array.Builder();
        var texts = new StringArray.Builder();
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Nanosecond, "UTC"));
        var lists = new ListArray.Builder(DoubleType.Default);
        for (var i = 0; i < rows; i++)
        {
            if (i % 3 == 0)
                ints.AppendNull();
            else
                ints.Append(i);
            texts.Append($"t{i}");
            times.Append(DateTimeOffset.UnixEpoch.AddMilliseconds(i));
            if (i % 4 == 0)
                lists.AppendNull();
            else
                lists.Append();
            for (var n = 0; i % 4 != 0 && n < i % 3; n++)
                ((DoubleArray.Builder)lists.ValueBuilder).Append(n);
        }
        IArrowArray[] arrays = [ints.Build(), texts.Build(), times.Build(), lists.Build()];
        return new(new Schema([.. new[] { "id", "text", "at", "values" }.Select((n, i) => new Field(n, arrays[i].Data.DataType, true))], null), arrays, rows);
    }

    public static async IAsyncEnumerable<T> Stream<T>(IEnumerable<T> rows)
    {
        foreach (var row in rows)
        {
            await Task.Yield();
            yield return row;
        }
    }
}
