using Parquet.Schema;

namespace Cairn.Formats.Parquet;

/// <summary>A column of a Parquet file.</summary>
/// <param name="Name">The name.</param>
/// <param name="TypeName">The type for display: <c>int32</c>, <c>string</c>, <c>timestamp[ns, UTC]</c>, <c>list&lt;double&gt;</c>.</param>
/// <param name="IsNullable">true if values can be missing.</param>
public sealed record ParquetColumn(string Name, string TypeName, bool IsNullable)
{
    internal static string Describe(Field field) => field switch
    {
        ListField list => $"list<{Describe(list.Item)}>",
        MapField map => $"map<{Describe(map.Key)}, {Describe(map.Value)}>",
        StructField record => $"struct<{string.Join(", ", record.Fields.Select(f => $"{f.Name}: {Describe(f)}"))}>",
        DateTimeDataField { DateTimeFormat: DateTimeFormat.Date } => "date",
        DateTimeDataField { DateTimeFormat: DateTimeFormat.Timestamp } time => $"timestamp[{Unit((int)time.Unit)}{(time.IsAdjustedToUTC ? ", UTC" : "")}]",
        DateTimeDataField => "timestamp[ns, UTC]",
        TimeDataField time => $"time[{Unit((int)time.Precision)}]",
        DecimalDataField number => $"decimal({number.Precision}, {number.Scale})",
        DataField { IsArray: true } data => $"list<{NameOf(data.ClrType)}>",
        DataField data => NameOf(data.ClrType),
        _ => field.SchemaType.ToString(),
    };

    private static string Unit(int unit) => unit switch { 0 => "ms", 1 => "us", _ => "ns" };

    private static string NameOf(Type type) => type == typeof(ReadOnlyMemory<char>) || type == typeof(string) ? "string"
        : type == typeof(ReadOnlyMemory<byte>) || type == typeof(byte[]) ? "bytes"
        : type == typeof(bool) ? "bool"
        : type == typeof(float) ? "float"
        : type == typeof(DateOnly) ? "date"
        : type.Name.ToLowerInvariant();
}

/// <summary>A row group of a Parquet file.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Length">The compressed length of its columns in the file, in bytes.</param>
public sealed record ParquetRowGroup(long Rows, long Length);
