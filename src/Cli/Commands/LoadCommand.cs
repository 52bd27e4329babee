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
        var output = Output();
        var store = ArtifactOptions.Store();
        return new Command("load", "Write the files of an artifact to disk or to standard output. Each file is checked against its digest.") { reference, output, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var digest = await AssetResolver.ResolveAsync(session, repository, parsed.GetRequiredValue(reference), cancellationToken).ConfigureAwait(false);
                await LoadAsync(session, repository, digest, parsed.GetValue(output), cancellationToken).ConfigureAwait(false);
            });
    }

    public static Option<string?> Output() => new("--output", "-o") { Description = "The target: a new file name, or a folder (an existing one, or a path that ends with '/'). An artifact with several files is written to a folder. Default: standard output, for an artifact with one file.", HelpName = "PATH" };

    /// <summary>Writes the files of an artifact to disk, or to standard output if no path is given.</summary>
    public static async Task LoadAsync(Session session, ArtifactRepository repository, BlobDigest digest, string? path, CancellationToken cancellationToken)
    {
        if (path is not null)
        {
            var isFolder = Directory.Exists(path) || Path.EndsInDirectorySeparator(path);
            if (isFolder || (await repository.StatAsync(digest, cancellationToken).ConfigureAwait(false)).Manifest.Files is not [{ MediaType: not ArtifactFile.Folder }])
                await repository.DownloadAsync(digest, path, cancellationToken).ConfigureAwait(false);
            else
                await repository.DownloadFileAsync(digest, path, cancellationToken).ConfigureAwait(false);
            return;
        }
        var stream = await repository.OpenFileAsync(digest, null, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        await stream.CopyToAsync(session.Output.Stream, BufferSize, cancellationToken).ConfigureAwait(false);
    }
}
