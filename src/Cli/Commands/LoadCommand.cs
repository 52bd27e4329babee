using System.CommandLine;
using Cairn.Materializers;

namespace Cairn.Cli.Commands;

internal static class LoadCommand
{
    private const int BufferSize = 128 << 10;

    public static Command Create()
    {
        var reference = ArtifactOptions.Reference();
        var output = new Option<string?>("--output", "-o") { Description = "Where to: the one file's new name, or an existing folder or a path that ends in '/', which the files go into. An artifact of several files becomes a folder. Without it, the one file goes to standard output.", HelpName = "PATH" };
        var store = ArtifactOptions.Store();
        return new Command("load", "Write out the files of an artifact, each checked.") { reference, output, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var what = parsed.GetRequiredValue(reference);
                if (parsed.GetValue(output) is { } path)
                {
                    var isFolder = Directory.Exists(path) || Path.EndsInDirectorySeparator(path);
                    if (isFolder || (await repository.StatAsync(what, cancellationToken).ConfigureAwait(false)).Manifest.Files is not [{ MediaType: not ArtifactFile.Folder }])
                        await repository.DownloadAsync(what, path, cancellationToken).ConfigureAwait(false);
                    else
                        await repository.DownloadFileAsync(what, path, cancellationToken).ConfigureAwait(false);
                    return;
                }
                var stream = await repository.OpenFileAsync(what, null, cancellationToken).ConfigureAwait(false);
                await using var closing = stream.ConfigureAwait(false);
                await stream.CopyToAsync(session.Output.Stream, BufferSize, cancellationToken).ConfigureAwait(false);
            });
    }
}
