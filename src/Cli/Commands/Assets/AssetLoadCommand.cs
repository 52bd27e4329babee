using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetLoadCommand
{
    public static Command Create()
    {
        var reference = ArtifactOptions.Reference();
        var (output, replace) = (LoadCommand.Output(), LoadCommand.Replace());
        var store = ArtifactOptions.Store();
        return new Command("load", "Write the files of a version to disk or to standard output. Each file is checked against its digest.") { reference, output, replace, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var digest = await AssetResolver.ResolveAsync(session, repository, parsed.GetRequiredValue(reference), cancellationToken).ConfigureAwait(false);
                await LoadCommand.LoadAsync(session, repository, digest, parsed.GetValue(output), parsed.GetValue(replace), cancellationToken).ConfigureAwait(false);
            });
    }
}
