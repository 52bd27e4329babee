using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class OciCommand
{
    public static Command Create() => new("oci", "Exchange artifacts with OCI registries through an OCI image layout.") { CreateExport(), CreateImport() };

    private static Command CreateExport()
    {
        var reference = ArtifactOptions.Reference();
        var layout = Layout();
        var tag = new Option<string?>("--tag") { Description = "The tag of the artifact in the layout.", HelpName = "TAG" };
        var store = ArtifactOptions.Store();
        return new Command("export", "Add an artifact to an OCI image layout, and print its digest.") { reference, layout, tag, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var target = await session.OpenAsync(parsed.GetRequiredValue(layout), cancellationToken).ConfigureAwait(false);
                var digest = await AssetResolver.ResolveAsync(session, repository, parsed.GetRequiredValue(reference), cancellationToken).ConfigureAwait(false);
                var artifact = await repository.ExportOciAsync(digest, target.Store.Under(target.Path), parsed.GetValue(tag), cancellationToken).ConfigureAwait(false);
                session.Output.Line(artifact.Digest.ToString());
            });
    }

    private static Command CreateImport()
    {
        var layout = Layout();
        var tag = new Option<string?>("--tag") { Description = "The tag of the artifact in the layout. Optional if the layout contains only one manifest.", HelpName = "TAG" };
        var name = AssetSaveCommand.Name();
        var store = ArtifactOptions.Store();
        return new Command("import", "Import an artifact from an OCI image layout, and print its digest.") { layout, tag, name, store }
            .Runs(async (session, parsed, cancellationToken) =>
            {
                var asset = parsed.GetValue(name) is { } given ? AssetArgument.ParseName(given) : null;
                var repository = await ArtifactOptions.OpenAsync(session, parsed.GetRequiredValue(store), cancellationToken).ConfigureAwait(false);
                var source = await session.OpenAsync(parsed.GetRequiredValue(layout), cancellationToken).ConfigureAwait(false);
                var artifact = await repository.ImportOciAsync(source.Store.Under(source.Path), parsed.GetValue(tag), cancellationToken).ConfigureAwait(false);
                if (asset is null)
                    session.Output.Line(artifact.Digest.ToString());
                else
                    await AssetSaveCommand.RegisterAsync(session, repository, asset, artifact.Digest, cancellationToken).ConfigureAwait(false);
            });
    }

    private static Argument<string> Layout() => new("layout") { Description = "The folder of the layout, as an address.", HelpName = "LAYOUT" };
}
