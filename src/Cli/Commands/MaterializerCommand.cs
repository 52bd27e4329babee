using System.CommandLine;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class MaterializerCommand
{
    private static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["bool"] = "Boolean",
        ["byte"] = "Byte",
        ["sbyte"] = "SByte",
        ["char"] = "Char",
        ["short"] = "Int16",
        ["ushort"] = "UInt16",
        ["int"] = "Int32",
        ["uint"] = "UInt32",
        ["long"] = "Int64",
        ["ulong"] = "UInt64",
        ["float"] = "Single",
        ["double"] = "Double",
        ["decimal"] = "Decimal",
        ["string"] = "String",
    };

    public static Command Create() => new("materializer", "Inspect materializers, which convert objects to files and back.") { CreateList(), CreateExplain() };

    private static Command CreateList()
    {
        var json = Json.Option();
        return new Command("list", "List the materializers and the types that they save and load.") { json }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var all = (await ArtifactOptions.MaterializersAsync(session, cancellationToken).ConfigureAwait(false)).List();
                if (!parsed.GetValue(json))
                    Columns.Write(session.Output, [.. all.Select(m => new[] { m.Materializer.Id, $"{m.Materializer.FormatVersion}", m.Materializer.MediaType, OriginOf(m),
                        m.Materializer.Description })]);
                else
                {
                    foreach (var registered in all)
                        session.Output.Json(writer => Write(writer, registered));
                }
            });
    }

    private static Command CreateExplain()
    {
        var type = new Argument<string>("type") { Description = "A type, such as double[,] or String.", HelpName = "TYPE" };
        return new Command("explain", "Show which materializer is used for a type, and why.") { type }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var materializers = await ArtifactOptions.MaterializersAsync(session, cancellationToken).ConfigureAwait(false);
                foreach (var line in materializers.Explain(Find(materializers, parsed.GetRequiredValue(type))).ToString().Split('\n'))
                    session.Output.Line(line);
            });
    }

    /// <summary>Finds a type that a materializer names. Other types are unknown to the command.</summary>
    private static Type Find(MaterializerRegistry materializers, string text)
    {
        var end = text.AsSpan().IndexOfAny("[<");
        var head = end < 0 ? text : text[..end];
        var wanted = Keywords.TryGetValue(head, out var name) ? name + text[head.Length..] : text;
        var known = materializers.List().SelectMany(m => m.Materializer.Types).Select(t => t.Type);
        return known.FirstOrDefault(t => TypeNames.Of(t) == wanted || t.Name == wanted)
            ?? throw new UsageException($"No materializer names the type '{text}'. See the known types with 'cairn materializer list'. In a program, MaterializerRegistry.Explain accepts any type.");
    }

    private static string OriginOf(RegisteredMaterializer registered) => registered.Origin == MaterializerOrigin.Plugin ? "plugin" : "built in";

    private static void Write(System.Text.Json.Utf8JsonWriter writer, RegisteredMaterializer registered)
    {
        var materializer = registered.Materializer;
        writer.WriteString("id", materializer.Id);
        writer.WriteNumber("formatVersion", materializer.FormatVersion);
        writer.WriteString("mediaType", materializer.MediaType);
        writer.WriteString("origin", OriginOf(registered));
        writer.WriteString("description", materializer.Description);
        writer.WriteStartArray("types");
        foreach (var type in materializer.Types)
            writer.WriteStringValue(type.ToString());
        writer.WriteEndArray();
    }
}
