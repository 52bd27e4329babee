using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class LoadCommand
{
    private const int BufferSize = 128 << 10;

    public static Command Create()
    {
        var reference = ArtifactOptions.Reference();
        var output = new Option<string?>("--output", "-o") { Description = "A folder that the files go into; without it, the one file goes to standard output.", HelpName = "PATH" };
        var store = ArtifactOptions.Store();
        return new Command("load", "Write out the files of an artifact, each checked.") { reference, output, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var what = parsed.GetRequiredValue(reference);
                if (parsed.GetValue(output) is { } folder)
                {
                    await repository.DownloadAsync(what, folder, cancellationToken).ConfigureAwait(false);
                    return;
                }
                var stream = await repository.OpenFileAsync(what, null, cancellationToken).ConfigureAwait(false);
                await using var closing = stream.ConfigureAwait(false);
                await stream.CopyToAsync(session.Output.Stream, BufferSize, cancellationToken).ConfigureAwait(false);
            });
    }
}
