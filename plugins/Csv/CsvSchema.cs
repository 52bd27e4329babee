using System.Buffers;
using System.Data;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Materializers;
using Cairn.Materializers.Records;

namespace Cairn.Plugins.Csv;

/// <summary>The columns of a table, and the text that stands for a missing value; null where the file came without a schema, and nothing stands for one.</summary>
internal sealed record CsvSchema(IReadOnlyList<(string Name, CsvType Type)> Columns, string? Null)
{
    private const string SchemaFact = "schema";
    private const string NullFact = "null";

    /// <summary>The representation of a missing text in records. Records are streamed, so their texts are not known in advance: a text that looks like this one
    /// gets another backslash (<see cref="Escape"/>).</summary>
    public const string RecordNull = @"\N";

    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema of a table.</summary>
    /// <exception cref="NotSupportedException">A column holds what CSV does not, or there is none.</exception>
    public static CsvSchema Of(DataTable table)
    {
        if (table.Columns.Count == 0)
            throw new NotSupportedException("a table without columns cannot be distinguished from an empty file");
        var columns = table.Columns.Cast<DataColumn>()
            .Select(c => (c.ColumnName, CsvType.Find(c.DataType) ?? throw new NotSupportedException($"column '{c.ColumnName}' is of {c.DataType.Name}, which no CSV column holds; convert it first")))
            .ToList();
        return new(columns, ChooseNull(table, columns));
    }

    /// <summary>The schema of records.</summary>
    /// <exception cref="NotSupportedException">A property is of a type that CSV does not hold.</exception>
    public static CsvSchema Of(RecordShape shape) => new(
        [.. shape.Members.Select(m => (m.Name, CsvType.Of(Nullable.GetUnderlyingType(m.PropertyType) ?? m.PropertyType)
            ?? throw new NotSupportedException($"{TypeNames.Of(shape.Type)}.{m.Name} is of {TypeNames.Of(m.PropertyType)}, which no CSV column holds; convert it first")))],
        RecordNull);

    /// <summary>The schema that was noted when a table was saved; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is no schema.</exception>
    public static CsvSchema? Read(IReadOnlyDictionary<string, string> facts)
    {
        if (!facts.TryGetValue(SchemaFact, out var text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false, MaxDepth = 4 });
            var columns = document.RootElement.EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, TypeOf(c.GetProperty("type").GetString()))).ToList();
            return new(columns, facts.GetValueOrDefault(NullFact, ""));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException("its schema is not a list of names and types", e);
        }

        static CsvType TypeOf(string? name) => CsvType.Find(name ?? "") ?? throw new InvalidDataException($"its schema has the type '{Shown(name ?? "")}', which this version does not know");
    }

    /// <summary>A text of a file as a message shows it: short, and on one line.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length > 60 ? text[..60] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    /// <summary>Whether a field stands for a missing value of a column: the text for that, or nothing where no value is written so.</summary>
    public bool IsMissing(string field, CsvType type) => Null is not null && (field == Null || (field.Length == 0 && !type.IsText));

    /// <summary>A text of records as it is written.</summary>
    public static string Escape(string text) => HasNullForm(text) ? '\\' + text : text;

    /// <summary>A field as the text that was written.</summary>
    public string Unescape(string field) => Null == RecordNull && HasNullForm(field) ? field[1..] : field;

    /// <summary>Backslashes and an N.</summary>
    private static bool HasNullForm(string text) => text.Length > 1 && text[0] == '\\' && text[^1] == 'N' && text.AsSpan(0, text.Length - 1).IndexOfAnyExcept('\\') < 0;

    /// <summary>Notes the schema.</summary>
    public void Write(Dictionary<string, string> facts)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Form);
        json.WriteStartArray();
        foreach (var (name, type) in Columns)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("type", type.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        facts[SchemaFact] = Encoding.UTF8.GetString(buffer.WrittenSpan);
        facts[NullFact] = Null!;
    }

    /// <summary>A text that no value of the table has: the empty one where that goes.</summary>
    private static string ChooseNull(DataTable table, List<(string Name, CsvType Type)> columns)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Type.Type != typeof(string) && columns[i].Type.Type != typeof(byte[]))
                continue;
            foreach (DataRow row in table.Rows)
            {
                if (row.RowState != DataRowState.Deleted && row[i] is not DBNull && columns[i].Type.Format(row[i]) is var text
                    && (text.Length == 0 || text.StartsWith("NULL", StringComparison.Ordinal)))
                    taken.Add(text);
            }
        }
        var chosen = "";
        for (var n = 0; taken.Contains(chosen); n++)
            chosen = n == 0 ? "NULL" : $"NULL{n}";
        return chosen;
    }
}
