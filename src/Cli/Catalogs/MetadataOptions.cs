using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cairn.Catalog;

namespace Cairn.Cli;

/// <summary>The options that state metadata.</summary>
internal sealed class MetadataOptions
{
    private const int MaxFile = 1 << 20;

    public Option<string[]> Meta { get; } = new("--meta")
    {
        Description = "A value of the metadata, as KEY=VALUE: a number as in JSON, true or false, otherwise text. Can be repeated.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string?> MetaJson { get; } = new("--meta-json")
    {
        Description = "A file with a JSON object of metadata; '-' is standard input. Use it for lists, objects, times and text that looks like a number. --meta takes precedence.",
        HelpName = "FILE|-",
    };

    /// <summary>Reads the metadata that the command line states.</summary>
    /// <exception cref="UsageException">A value is not metadata.</exception>
    public Dictionary<string, MetadataValue> Read(ParseResult parsed)
    {
        var found = new Dictionary<string, MetadataValue>(StringComparer.Ordinal);
        if (parsed.GetValue(MetaJson) is { } file)
            AddFile(found, file);
        MetadataText.Read(found, parsed.GetValue(Meta), "--meta", "KEY=VALUE");
        return found;
    }

    private static void AddFile(Dictionary<string, MetadataValue> found, string file)
    {
        try
        {
            using var stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                content.Write(buffer.AsSpan(0, count));
                if (content.Length > MaxFile)
                    throw new UsageException($"'{file}' has more than {MaxFile} bytes, and metadata has at most 65,536. Save it as an artifact.");
            }
            using var json = JsonDocument.Parse(content.ToArray(), new() { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new UsageException($"'{file}' does not contain a JSON object.");
            foreach (var member in json.RootElement.EnumerateObject())
                found[member.Name] = Value(member.Value);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"The file '{file}' does not exist.", e);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new UsageException($"'{file}' is not metadata in JSON: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static MetadataValue Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when json.GetRawText().AsSpan().IndexOfAny(".eE") < 0 => json.TryGetInt64(out var integer)
            ? integer : throw new FormatException($"{json.GetRawText()} is not a 64-bit integer"),
        JsonValueKind.Number => json.GetDouble() is var number && double.IsFinite(number) ? number : throw new FormatException($"{json.GetRawText()} is not a finite double"),
        JsonValueKind.Array => MetadataValue.List(json.EnumerateArray().Select(Value)),
        JsonValueKind.Object when Marked(json) is { } mark => mark,
        JsonValueKind.Object => MetadataValue.Object(json.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, Value(m.Value)))),
        _ => throw new FormatException("metadata contains no null; omit the member"),
    };

    /// <summary>Reads a value that JSON lacks, in the form of the catalog's records; null for any other object.</summary>
    private static MetadataValue? Marked(JsonElement json)
    {
        if (!json.TryGetProperty("$", out var mark) || json.GetPropertyCount() != 1 || mark.ValueKind != JsonValueKind.String)
            return null;
        var text = mark.GetString()!;
        return text switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ when text.StartsWith("time:", StringComparison.Ordinal)
                && DateTimeOffset.TryParse(text.AsSpan(5), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
            _ => throw new FormatException($"'{text}' is not a special value of metadata"),
        };
    }
}
