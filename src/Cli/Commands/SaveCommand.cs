using System.CommandLine;
using Cairn.Artifacts;
using Cairn.LocalFiles;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class SaveCommand
{
    public static Command Create()
    {
        var path = Path();
        var name = AssetSaveCommand.Name();
        var materializer = Materializer();
        var chunked = Chunked();
        var store = ArtifactOptions.Store();
        return new Command("save", "Save a file or folder as an artifact, and print its digest.") { path, name, materializer, chunked, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var asset = parsed.GetValue(name) is { } given ? AssetArgument.ParseName(given) : null;
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var options = new SaveOptions { Chunked = parsed.GetValue(chunked) };
                var artifact = await SaveAsync(session, repository, parsed.GetRequiredValue(path), parsed.GetValue(materializer), options, cancellationToken).ConfigureAwait(false);
                if (asset is null)
                    session.Output.Line(artifact.Digest.ToString());
                else
                    await AssetSaveCommand.RegisterAsync(session, repository, asset, artifact.Digest, cancellationToken).ConfigureAwait(false);
            });
    }

    public static Argument<string> Path() => new("path") { Description = "A local file or folder, or '-' for standard input.", HelpName = "PATH|-" };

    public static Option<string?> Materializer() =>
        new("--as") { Description = "Read the file or folder with this materializer, and save the value as the materializer writes it. By default, the bytes are saved unchanged, and the format is taken from the file's extension if the content has that format. 'files' saves the bytes without checking their format.", HelpName = "MATERIALIZER" };

    public static Option<bool?> Chunked() =>
        new("--chunked") { Description = "Store large files in chunks, so that a new version of a file needs space only for its changes. 'false' stores them whole. Default: the setting of the store.", HelpName = "BOOL" };

    /// <summary>Saves a file, a folder or standard input as an artifact.</summary>
    public static async Task<Artifact> SaveAsync(Session session, ArtifactRepository repository, string path, string? materializer, SaveOptions options, CancellationToken cancellationToken)
    {
        if (path != "-" && Directory.Exists(path))
        {
            return materializer is null or "files"
                ? await repository.SaveAsync(new DirectoryInfo(path), options, cancellationToken).ConfigureAwait(false)
                : await ImportAsync(session, repository, reader => reader.FillFromFolderAsync(path, cancellationToken), materializer, options, cancellationToken).ConfigureAwait(false);
        }
        if (path != "-" && !File.Exists(path))
            throw new UsageException($"The file or folder '{path}' does not exist.");
        if (path != "-" && materializer is null)
            return await SaveByNameAsync(session, repository, path, options, cancellationToken).ConfigureAwait(false);
        if (path != "-" && materializer == "files")
            return await repository.SaveAsync(new FileInfo(path), options, cancellationToken).ConfigureAwait(false);
        var content = path == "-" ? Console.OpenStandardInput() : LocalFile.OpenRead(path);
        await using var closing = content.ConfigureAwait(false);
        return materializer is null or "bytes"
            ? await repository.SaveAsync(content, options, cancellationToken).ConfigureAwait(false)
            : await ImportAsync(session, repository, reader => reader.FillAsync(content, cancellationToken), materializer, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Saves a file unchanged. Its format is the one that its extension indicates if the content has that format; otherwise it is saved as a plain file.
    /// </summary>
    private static async Task<Artifact> SaveByNameAsync(Session session, ArtifactRepository repository, string path, SaveOptions options, CancellationToken cancellationToken)
    {
        if (FileFormats.IdOf(path) is { } id && await ArtifactOptions.FindAsync(session, repository.Materializers, id, cancellationToken).ConfigureAwait(false) is { DefaultType: not null })
        {
            if (new FileInfo(path).Length > FileFormats.MostRead && id != "npy")
                session.Note($"note: '{path}' is larger than {ByteSize.Format(FileFormats.MostRead)} and is saved as a plain file; use '--as {id}' to read it as {id}.");
            else
            {
                try
                {
                    return await repository.SaveFileAsync(path, options with { Materializer = id }, cancellationToken).ConfigureAwait(false);
                }
                catch (MaterializationException e)
                {
                    session.Note($"note: '{path}' is saved as a plain file: {e.Reason}.");
                }
            }
        }
        return await repository.SaveAsync(new FileInfo(path), options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Saves the value that a file or folder contains: the materializer reads and checks it, and writes it in its own form.</summary>
    private static async Task<Artifact> ImportAsync(Session session, ArtifactRepository repository, Func<ImportReader, Task> fill, string id, SaveOptions options, CancellationToken cancellationToken)
    {
        var materializer = await ArtifactOptions.FindAsync(session, repository.Materializers, id, cancellationToken).ConfigureAwait(false)
            ?? throw new UsageException($"Unknown materializer '{id}'. List the materializers with 'cairn materializer list'.");
        if (materializer.DefaultType is not { } type)
            throw new UsageException($"The materializer '{id}' cannot read a file without a type. Choose another materializer with 'cairn materializer list'.");
        var reader = new ImportReader(id, materializer);
        await using var deleting = reader.ConfigureAwait(false);
        await fill(reader).ConfigureAwait(false);
        object value;
        try
        {
            value = await materializer.LoadAsync(reader, type, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidDataException or FormatException or EndOfStreamException or System.Text.DecoderFallbackException)
        {
            throw new MaterializationException(id, e.Message.TrimEnd('.'), e).WithContext($"read the file as {id}");
        }
        try
        {
            return await repository.SaveAsAsync(value, value.GetType(), options with { Materializer = id }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A value that is read while it is saved keeps the file open.
            if (value is IAsyncDisposable open)
                await open.DisposeAsync().ConfigureAwait(false);
        }
    }
}
