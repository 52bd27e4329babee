using System.CommandLine;
using Cairn.Artifacts;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class LoadCommand
{
    private const int BufferSize = 128 << 10;

    public static Command Create()
    {
        var reference = ArtifactOptions.Reference();
        var (output, replace) = (Output(), Replace());
        var store = ArtifactOptions.Store();
        return new Command("load", "Write the files of an artifact to disk or to standard output. Each file is checked against its digest.") { reference, output, replace, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var digest = await AssetResolver.ResolveAsync(session, repository, parsed.GetRequiredValue(reference), cancellationToken).ConfigureAwait(false);
                await LoadAsync(session, repository, digest, parsed.GetValue(output), parsed.GetValue(replace), cancellationToken).ConfigureAwait(false);
            });
    }

    public static Option<string?> Output() => new("--output", "-o") { Description = "The target: a new file name, or a folder (an existing one, or a path that ends with '/'). An artifact with several files is written to a folder. Default: standard output, for an artifact with one file.", HelpName = "PATH" };

    /// <summary>Creates the option of a command that writes local files.</summary>
    public static Option<bool> Replace() => new("--replace") { Description = "Replace files that exist, instead of failing." };

    /// <summary>Writes the files of an artifact to disk, or to standard output if no path is given.</summary>
    public static async Task LoadAsync(Session session, ArtifactRepository repository, BlobDigest digest, string? path, bool replace, CancellationToken cancellationToken)
    {
        if (path is null && replace)
            throw new UsageException("--replace needs --output: otherwise, the content is written to standard output.");
        if (path is not null)
        {
            try
            {
                await WriteAsync(repository, digest, path, replace, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists && !replace)
            {
                throw new StoreException(new StoreFault(e.Code, e.Reason) { Advice = "Use --replace to replace it, or choose another name." }, e).WithContext(e.Operation!, e.Uri!);
            }
            return;
        }
        var stream = await repository.OpenFileAsync(digest, null, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        await stream.CopyToAsync(session.Output.Stream, BufferSize, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteAsync(ArtifactRepository repository, BlobDigest digest, string path, bool replace, CancellationToken cancellationToken)
    {
        var isFolder = Directory.Exists(path) || Path.EndsInDirectorySeparator(path);
        if (isFolder || (await repository.StatAsync(digest, cancellationToken).ConfigureAwait(false)).Manifest.Files is not [{ MediaType: not ArtifactFile.Folder }])
            await repository.DownloadAsync(digest, path, replace, cancellationToken).ConfigureAwait(false);
        else
            await repository.DownloadFileAsync(digest, path, replace, cancellationToken).ConfigureAwait(false);
    }
}
