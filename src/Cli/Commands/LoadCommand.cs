using System.CommandLine;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class LoadCommand
{
    private const int BufferSize = 128 << 10;

    public static Command Create()
    {
        var reference = ArtifactOptions.Reference();
        var output = new Option<string?>("--output", "-o") { Description = "The target: a new file name, or a folder (an existing one, or a path that ends with '/'). An artifact with several files is written to a folder. Default: standard output, for an artifact with one file.", HelpName = "PATH" };
        var store = ArtifactOptions.Store();
        return new Command("load", "Write the files of an artifact to disk or to standard output. Each file is checked against its digest.") { reference, output, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var digest = ArtifactOptions.ParseDigest(parsed.GetRequiredValue(reference));
                if (parsed.GetValue(output) is { } path)
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
            });
    }
}
