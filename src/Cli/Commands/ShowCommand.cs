using System.CommandLine;
using Cairn.Artifacts;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class ShowCommand
{
    public static Command Create()
    {
        var reference = ArtifactOptions.Reference();
        var json = Json.Option();
        var picture = new Option<string?>("--preview") { Description = "Write the preview, such as the picture of an image, to a file; '-' is standard output.", HelpName = "FILE" };
        var replace = LoadCommand.Replace();
        var store = ArtifactOptions.Store();
        return new Command("show", "Show the files, sizes, digests, metadata and preview of an artifact.") { reference, json, picture, replace, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var artifact = await repository.StatAsync(
                    await AssetResolver.ResolveAsync(session, repository, parsed.GetRequiredValue(reference), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(replace) && parsed.GetValue(picture) is null or "-")
                    throw new UsageException("--replace needs --preview FILE.");
                if (parsed.GetValue(json))
                {
                    session.Output.Json(writer => Write(writer, artifact));
                    return;
                }
                await ArtifactOptions.FindAsync(session, repository.Materializers, artifact.Manifest.MaterializerId, cancellationToken).ConfigureAwait(false);
                var preview = await repository.PreviewAsync(artifact.Digest, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(picture) is { } file)
                    await WriteAsync(session.Output, preview ?? throw new UsageException($"{artifact.Digest} has no preview."), file, parsed.GetValue(replace), cancellationToken).ConfigureAwait(false);
                else
                    Write(session.Output, artifact, preview);
            });
    }

    /// <summary>Writes only the preview: the bytes of a picture, a text, or a table as CSV.</summary>
    private static async Task WriteAsync(CommandOutput output, ArtifactPreview preview, string file, bool replace, CancellationToken cancellationToken)
    {
        var content = preview.Image.IsEmpty
            ? System.Text.Encoding.UTF8.GetBytes(preview.Text is { } text
                ? text + "\n" : string.Concat(preview.Rows.Prepend(preview.Columns ?? []).Select(row => string.Join(',', row.Select(Quoted)) + "\n")))
            : preview.Image;
        if (file == "-")
        {
            await output.Stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return;
        }
        await OutputFile.WriteAsync(file, replace, target => target.WriteAsync(content, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
    }

    private static string Quoted(string cell) => cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private static void Write(CommandOutput output, Artifact artifact, ArtifactPreview? preview)
    {
        var manifest = artifact.Manifest;
        Columns.Write(output, [
            ["digest", artifact.Digest.ToString()],
            ["saved as", manifest.TypeName],
            ["materializer", $"{manifest.MaterializerId} {manifest.FormatVersion}"],
            ["size", $"{ByteSize.Format(manifest.TotalLength)} in {manifest.Files.Count} files"],
            .. manifest.Facts.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new[] { f.Key, f.Value }),
            .. manifest.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new[] { m.Key, m.Value }),
        ]);
        Columns.Write(output, [.. manifest.Files.Select(f => new[] { "  " + f.Name.Value, $"{f.Length}", f.MediaType, f.Digest.ToString() })]);
        if (preview?.Text is { } text)
            output.Line(text);
        if (preview is { Image.IsEmpty: false } image)
            output.Line($"picture: {image.MediaType}, {ByteSize.Format(image.Image.Length)}; write it to a file with '--preview FILE'");
        if (preview?.Columns is { } columns)
            Columns.Write(output, [[.. columns], .. preview.Rows.Select(r => r.ToArray())]);
    }

    public static void Write(System.Text.Json.Utf8JsonWriter writer, Artifact artifact)
    {
        var manifest = artifact.Manifest;
        writer.WriteString("digest", artifact.Digest.ToString());
        writer.WriteString("type", manifest.TypeName);
        writer.WriteString("materializer", manifest.MaterializerId);
        writer.WriteNumber("formatVersion", manifest.FormatVersion);
        writer.WriteNumber("length", manifest.TotalLength);
        Texts("facts", manifest.Facts);
        Texts("metadata", manifest.Metadata);
        writer.WriteStartArray("files");
        foreach (var file in manifest.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("name", file.Name.Value);
            writer.WriteNumber("length", file.Length);
            writer.WriteString("mediaType", file.MediaType);
            writer.WriteString("digest", file.Digest.ToString());
            writer.WriteEndObject();
        }
        writer.WriteEndArray();

        void Texts(string name, IReadOnlyDictionary<string, string> texts)
        {
            writer.WriteStartObject(name);
            foreach (var (key, value) in texts.OrderBy(t => t.Key, StringComparer.Ordinal))
                writer.WriteString(key, value);
            writer.WriteEndObject();
        }
    }
}
