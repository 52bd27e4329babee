using Parquet.Schema;

namespace Cairn.Formats.Parquet.Writing;

/// <summary>The types of values that a Parquet column holds. The list is closed but for enums, which are kept by their names.</summary>
internal static class ColumnKinds
{
    private const int DecimalPrecision = 38;
    private const int DecimalScale = 18;
    private static readonly System.Text.UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly DateTime Earliest = DateTime.UnixEpoch.AddTicks(-(long.MaxValue / 100));
    private static readonly DateTime Latest = DateTime.UnixEpoch.AddTicks(long.MaxValue / 100);

    private static readonly ColumnKind[] All =
    [
        Plain<bool>(), Plain<sbyte>(), Plain<short>(), Plain<int>(), Plain<long>(), Plain<byte>(), Plain<ushort>(), Plain<uint>(), Plain<ulong>(), Plain<float>(), Plain<double>(),
            Plain<Guid>(), Plain<DateOnly>(),
        Text<string>(v => v), Text<char>(v => v.ToString()),
        Binary<byte[]>(v => v), Binary<ReadOnlyMemory<byte>>(v => v),
        Decimal(DecimalPrecision, DecimalScale),
        new ColumnKind<DateTime, DateTime>((name, nullable, options) => Timestamp(name, isZoned: false, nullable, options), Instant),
        new ColumnKind<DateTimeOffset, DateTime>((name, nullable, options) => Timestamp(name, isZoned: true, nullable, options), (name, value, options) => Instant(name, value.UtcDateTime, options)),
        new ColumnKind<TimeOnly, long>(
            (name, nullable, options) => new TimeDataField(name, options.TimeUnit == ParquetTimeUnit.Nanoseconds
                ? TimeUnitPrecision.Nanos : TimeUnitPrecision.Micros, isNullable: nullable) { IsAdjustedToUtc = false },
            (_, value, options) => options.TimeUnit == ParquetTimeUnit.Nanoseconds ? value.Ticks * 100 : value.Ticks / 10),
        new ColumnKind<TimeSpan, long>((name, nullable, _) => new DataField(name, typeof(long), nullable), (_, value, _) => value.Ticks),
    ];

    private static readonly Dictionary<Type, ColumnKind> ByType = All.ToDictionary(k => k.Type);

    /// <summary>The kind of a type; null when no column holds it.</summary>
    public static ColumnKind? Find(Type type) => ByType.GetValueOrDefault(type)
        ?? (type.IsEnum ? (ColumnKind)typeof(ColumnKinds).GetMethod(nameof(Names), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(type)
            .Invoke(null, null)! : null);

    /// <summary>The kind of decimals of a precision and scale.</summary>
    public static ColumnKind Decimal(int precision, int scale) =>
        new ColumnKind<decimal, decimal>((name, nullable, _) => new DecimalDataField(name, precision, scale, isNullable: nullable), (name, value, _) => Fitting(name, value, precision, scale));

    /// <summary>A column of points in time.</summary>
    public static DataField Timestamp(string name, bool isZoned, bool nullable, ParquetMaterializerOptions options) =>
        new DateTimeDataField(name, DateTimeFormat.Timestamp, isZoned, options.TimeUnit == ParquetTimeUnit.Nanoseconds ? DateTimeTimeUnit.Nanos : DateTimeTimeUnit.Micros, nullable);

    private static ColumnKind<T, T> Plain<T>()
        where T : struct => new((name, nullable, _) => new DataField(name, typeof(T), nullable), (_, value, _) => value);

    private static ColumnKind<T, ReadOnlyMemory<char>> Text<T>(Func<T, string> text) =>
        new((name, nullable, _) => new DataField(name, typeof(string), nullable), (name, value, _) => WellFormed(name, text(value)).AsMemory()) { HeapBytes = s => s.Length };

    private static ColumnKind<T, ReadOnlyMemory<byte>> Binary<T>(Func<T, ReadOnlyMemory<byte>> bytes) =>
        new((name, nullable, _) => new DataField(name, typeof(byte[]), nullable), (_, value, _) => bytes(value)) { HeapBytes = b => b.Length };

    private static ColumnKind<T, ReadOnlyMemory<char>> Names<T>()
        where T : struct, Enum => Text<T>(v => v.ToString());

    private static string WellFormed(string name, string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            return text;
        try
        {
            _ = Utf8.GetByteCount(text);
            return text;
        }
        catch (System.Text.EncoderFallbackException e)
        {
            throw new InvalidDataException($"column '{name}' has text with half a surrogate pair, which UTF-8 does not hold", e);
        }
    }

    private static decimal Fitting(string name, decimal value, int precision, int scale)
    {
        var whole = precision - scale;
        return (whole > 28 || decimal.Abs(value) < Power(whole)) && (value.Scale <= scale || decimal.Round(value, scale) == value)
            ? value
            : throw new InvalidDataException($"column '{name}' has {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}, and its decimals have {whole} digits before the point and {scale} after it; use double or text for others");

        static decimal Power(int digits)
        {
            var power = 1m;
            for (var i = 0; i < digits; i++)
                power *= 10;
            return power;
        }
    }

    private static DateTime Instant(string name, DateTime value, ParquetMaterializerOptions options)
    {
        if (options.TimeUnit == ParquetTimeUnit.Nanoseconds && (value < Earliest || value > Latest))
        {
            throw new InvalidDataException(
                $"column '{name}' has {value:O}, and nanoseconds range from {Earliest:O} to {Latest:O}; save it with ParquetMaterializerOptions.TimeUnit = Microseconds, or use null for an unknown date");
        }
        return DateTime.SpecifyKind(value, DateTimeKind.Utc);
    }
}
