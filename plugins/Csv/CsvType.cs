using System.Globalization;

namespace Cairn.Plugins.Csv;

/// <summary>A type of column: its name in the schema, and its values as text that reads back the same. The list is closed, so that no stored text chooses a type beyond it.</summary>
internal sealed record CsvType(Type Type, string Name, Func<object, string> Format, Func<string, object> Parse)
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private static readonly CsvType[] All =
    [
        new(typeof(string), "string", v => (string)v, t => t),
        new(typeof(char), "char", v => ((char)v).ToString(), t => char.Parse(t)),
        new(typeof(bool), "bool", v => (bool)v ? "true" : "false", t => bool.Parse(t)),
        Of<sbyte>("int8"), Of<short>("int16"), Of<int>("int32"), Of<long>("int64"), Of<byte>("uint8"), Of<ushort>("uint16"), Of<uint>("uint32"), Of<ulong>("uint64"),
        Of<float>("float32", "R"), Of<double>("float64", "R"), Of<decimal>("decimal"),
        new(typeof(DateTime), "datetime", v => ((DateTime)v).ToString("O", Invariant), t => DateTime.ParseExact(t, "O", Invariant, DateTimeStyles.RoundtripKind)),
        new(typeof(DateTimeOffset), "datetimeoffset", v => ((DateTimeOffset)v).ToString("O", Invariant), t => DateTimeOffset.ParseExact(t, "O", Invariant)),
        new(typeof(DateOnly), "date", v => ((DateOnly)v).ToString("O", Invariant), t => DateOnly.ParseExact(t, "O", Invariant)),
        new(typeof(TimeOnly), "time", v => ((TimeOnly)v).ToString("O", Invariant), t => TimeOnly.ParseExact(t, "O", Invariant)),
        new(typeof(TimeSpan), "timespan", v => ((TimeSpan)v).ToString("c", Invariant), t => TimeSpan.ParseExact(t, "c", Invariant)),
        new(typeof(Guid), "guid", v => ((Guid)v).ToString("D"), t => Guid.ParseExact(t, "D")),
        new(typeof(byte[]), "bytes", v => Convert.ToBase64String((byte[])v), t => Convert.FromBase64String(t)),
    ];

    private static readonly Dictionary<Type, CsvType> ByType = All.ToDictionary(t => t.Type);
    private static readonly Dictionary<string, CsvType> ByName = All.ToDictionary(t => t.Name, StringComparer.Ordinal);

    public static CsvType Text => All[0];

    /// <summary>Whether an empty field may be a value.</summary>
    public bool IsText => Type == typeof(string) || Type == typeof(char) || Type == typeof(byte[]);

    /// <summary>The type of a column of records: one of the list, or that of an enum, which is a text to others.</summary>
    public static CsvType? Of(Type type) => type.IsEnum ? new(type, Text.Name, v => v.ToString()!, t => Enum.Parse(type, t)) : Find(type);

    public static CsvType? Find(Type type) => ByType.GetValueOrDefault(type);

    public static CsvType? Find(string name) => ByName.GetValueOrDefault(name);

    private static CsvType Of<T>(string name, string? format = null)
        where T : IFormattable, IParsable<T> => new(typeof(T), name, v => ((T)v).ToString(format, Invariant), t => T.Parse(t, Invariant));
}
