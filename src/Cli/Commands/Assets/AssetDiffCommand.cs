using System.CommandLine;
using System.Text.Json;
using Cairn.Catalog;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class AssetDiffCommand
{
    public static Command Create()
    {
        var from = AssetArgument.Reference("from", "The one version: 'name', 'name:7' or 'name@alias'.");
        var to = AssetArgument.Reference("to", "The other version.");
        var brief = new Option<bool>("--brief") { Description = "Compare files by digest and metadata by value, without reading content." };
        return CatalogOptionSet.ForReading().Runs(
            new Command("diff", "Compare two versions: their files, their metadata, and the content of files of text. Of other formats, the previews are compared.") { from, to, brief },
            async call =>
            {
                var (left, right) = (AssetArgument.ParseAsset(call.Get(from)!), AssetArgument.ParseAsset(call.Get(to)!));
                var catalog = await call.OpenAsync().ConfigureAwait(false);
                var difference = await catalog.Assets.DiffAsync(left, right, call.Stopping).ConfigureAwait(false);
                var content = call.Get(brief) ? [] : await new ContentComparison(call.Session, catalog.Repository, difference).CompareAsync(call.Stopping).ConfigureAwait(false);
                if (call.IsJson)
                    call.Output.Json(writer => Write(writer, difference, content));
                else
                    Write(call.Output, difference, content);
            });
    }

    private static void Write(CommandOutput output, VersionDiff difference, IReadOnlyList<ContentDifference> content)
    {
        if (difference.IsEmpty)
            output.Line($"{difference.From} and {difference.To} have equal files and metadata");
        Columns.Write(output, [.. difference.Files.Select(f => new[] { $"{Kind(f)[0]}", f.Name.Value, $"{Length(f.From)} → {Length(f.To)}" })]);
        Columns.Write(output, [.. difference.Metadata.Select(m => new[] { "metadata", m.Key, AssetText.OneLine($"{m.From?.ToString() ?? "-"} → {m.To?.ToString() ?? "-"}") })]);
        foreach (var part in content)
        {
            output.Line($"--- {part.From}{(part.IsPreview ? " (preview)" : "")}");
            output.Line($"+++ {part.To}{(part.IsPreview ? " (preview)" : "")}");
            foreach (var line in part.Lines ?? [$"More than {LineDiff.MostChanges} lines differ."])
                output.Line(line);
        }
    }

    private static void Write(Utf8JsonWriter writer, VersionDiff difference, IReadOnlyList<ContentDifference> content)
    {
        writer.WriteString("from", difference.From.Reference.ToString());
        writer.WriteString("to", difference.To.Reference.ToString());
        writer.WriteBoolean("equal", difference.IsEmpty);
        writer.WriteStartArray("files");
        foreach (var file in difference.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("name", file.Name.Value);
            writer.WriteString("change", Kind(file));
            Write(writer, "from", file.From);
            Write(writer, "to", file.To);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("metadata");
        foreach (var member in difference.Metadata)
        {
            writer.WriteStartObject();
            writer.WriteString("key", member.Key);
            Write(writer, "from", member.From);
            Write(writer, "to", member.To);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("content");
        foreach (var part in content)
        {
            writer.WriteStartObject();
            writer.WriteString("from", part.From);
            writer.WriteString("to", part.To);
            writer.WriteBoolean("preview", part.IsPreview);
            if (part.Lines is { } lines)
                AssetJson.Texts(writer, "lines", lines);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, ArtifactFile? file)
    {
        if (file is null)
            return;
        writer.WriteStartObject(name);
        writer.WriteNumber("length", file.Length);
        writer.WriteString("mediaType", file.MediaType);
        writer.WriteString("digest", file.Digest.ToString());
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, MetadataValue? value)
    {
        if (value is null)
            return;
        writer.WritePropertyName(name);
        AssetJson.Value(writer, value);
    }

    private static string Kind(FileDifference file) => file.From is null ? "added" : file.To is null ? "removed" : "changed";

    private static string Length(ArtifactFile? file) => file is null ? "-" : ByteSize.Format(file.Length);
}
