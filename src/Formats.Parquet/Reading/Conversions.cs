using System.Numerics;
using System.Reflection;
using System.Text;
using Cairn.Materializers.Records;
using Parquet.Schema;

namespace Cairn.Formats.Parquet.Reading;

/// <summary>From the types that the library reads to those that programs want. Nothing is cut off: numbers are widened, and checked where they may not fit.</summary>
internal static class Conversions
{
    private const long TicksPerMicrosecond = 10;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly HashSet<Type> Integers = [typeof(sbyte), typeof(short), typeof(int), typeof(long), typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];
    private static readonly HashSet<Type> Numbers = [.. Integers, typeof(float), typeof(double), typeof(decimal)];

    /// <summary>The type as which a column is read when nobody asks for another one; null when it is not served.</summary>
    public static Type? Natural(DataField field)
    {
        var type = field.ClrType;
        return field is TimeDataField ? typeof(TimeOnly)
            : type == typeof(ReadOnlyMemory<char>) ? typeof(string)
            : type == typeof(ReadOnlyMemory<byte>) ? typeof(byte[])
            : Numbers.Contains(type) || type == typeof(bool) || type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(Guid) ? type
            : null;
    }

    /// <summary>A conversion, as a <see cref="Func{T, TResult}"/> of the two types; null when there is none.</summary>
    /// <param name="field">The column.</param>
    /// <param name="to">The type that is wanted, which is not a nullable one.</param>
    public static Delegate? Find(DataField field, Type to)
    {
        var from = field.ClrType;
        if (field is TimeDataField time)
            return Time(time, to);
        if (from == typeof(ReadOnlyMemory<char>))
            return to == typeof(string) ? Of<ReadOnlyMemory<char>, string>(v => v.ToString())
                : to == typeof(char) ? Of<ReadOnlyMemory<char>, char>(v => v.Length == 1 ? v.Span[0] : throw new FormatException($"'{v}' is not one character"))
                : to.IsEnum ? Make(nameof(Name), to)
                : null;
        if (from == typeof(ReadOnlyMemory<byte>))
            return to == typeof(byte[]) ? Of<ReadOnlyMemory<byte>, byte[]>(v => v.ToArray())
                : to == typeof(ReadOnlyMemory<byte>) ? Of<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>(v => v.ToArray())
                : to == typeof(string) ? Of<ReadOnlyMemory<byte>, string>(v => Utf8.GetString(v.Span))
                : null;
        if (from == typeof(DateTime))
        {
            var isZoned = field is not DateTimeDataField { DateTimeFormat: DateTimeFormat.Timestamp, IsAdjustedToUTC: false };
            var kind = isZoned ? DateTimeKind.Utc : DateTimeKind.Unspecified;
            return to == typeof(DateTime) ? Of<DateTime, DateTime>(v => DateTime.SpecifyKind(v, kind))
                : to == typeof(DateTimeOffset) && isZoned ? Of<DateTime, DateTimeOffset>(v => new(DateTime.SpecifyKind(v, DateTimeKind.Utc)))
                : null;
        }
        if (from == typeof(DateOnly) && to == typeof(DateTime))
            return Of<DateOnly, DateTime>(v => v.ToDateTime(TimeOnly.MinValue));
        if (from == typeof(long) && to == typeof(TimeSpan))
            return Of<long, TimeSpan>(v => new(v));
        if (from == to)
            return Natural(field) is null ? null : Make(nameof(Same), to);
        return Numbers.Contains(to) && (Integers.Contains(from) || (from == typeof(float) && to == typeof(double))) ? Make(nameof(Number), from, to) : null;
    }

    private static Delegate? Time(TimeDataField field, Type to)
    {
        if (to != typeof(TimeOnly) && to != typeof(TimeSpan))
            return null;
        Func<long, TimeSpan> span = field.Precision switch
        {
            TimeUnitPrecision.Millis => v => new(checked(v * TimeSpan.TicksPerMillisecond)),
            TimeUnitPrecision.Micros => v => new(checked(v * TicksPerMicrosecond)),
            _ => v => new(v / 100),
        };
        return (field.ClrType == typeof(int), to == typeof(TimeOnly)) switch
        {
            (true, true) => Of<int, TimeOnly>(v => TimeOnly.FromTimeSpan(span(v))),
            (true, false) => Of<int, TimeSpan>(v => span(v)),
            (false, true) => Of<long, TimeOnly>(v => TimeOnly.FromTimeSpan(span(v))),
            (false, false) => Of<long, TimeSpan>(span),
        };
    }

    private static Func<TFrom, TTo> Of<TFrom, TTo>(Func<TFrom, TTo> convert) => convert;

    private static Delegate Make(string method, params Type[] types) =>
        (Delegate)typeof(Conversions).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(types).Invoke(null, null)!;

    private static Func<T, T> Same<T>() => v => v;

    private static Func<TFrom, TTo> Number<TFrom, TTo>()
        where TFrom : INumberBase<TFrom>
        where TTo : INumberBase<TTo> => TTo.CreateChecked;

    private static Func<ReadOnlyMemory<char>, T> Name<T>()
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Zip(Enum.GetValues<T>()).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        var byText = names.GetAlternateLookup<ReadOnlySpan<char>>();
        return v => byText.TryGetValue(v.Span, out var value) ? value
            : Enum.TryParse(v.Span, out value) ? value
            : throw new FormatException($"'{Shown(v)}' is not one of {string.Join(", ", names.Keys)}");

        static string Shown(ReadOnlyMemory<char> text) => ShownText.Of(text.ToString());
    }
}
