using System.CommandLine;
using System.Runtime.CompilerServices;
using Cairn.Artifacts;

namespace Cairn.Cli.Commands;

internal static class AssetSaveCommand
{
    public static Command Create()
    {
        var path = SaveCommand.Path();
        var name = new Option<string>("--name") { Description = "The name of the asset, which is created if no asset has the name.", HelpName = "NAME", Required = true };
        var (materializer, chunked) = (SaveCommand.Materializer(), SaveCommand.Chunked());
        var (save, options) = (new AssetSaveOptionSet(), CatalogOptionSet.ForChanges());
        return options.Runs(save.AddTo(new("save", "Save a file or folder as the next version of an asset, and print the version.") { path, name, materializer, chunked }), async call =>
        {
            if (call.Get(path) == "-" && save.ReadsStandardInput(call.Parsed))
                throw new UsageException("Standard input can be the content or the metadata, but not both.");
            var (asset, request) = (AssetArgument.ParseName(call.Get(name)!), save.Read(call.Parsed));
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var content = new SaveOptions { Chunked = call.Get(chunked) };
            var artifact = await SaveCommand.SaveAsync(call.Session, catalog.Repository, call.Get(path)!, call.Get(materializer), content, call.Stopping).ConfigureAwait(false);
            await save.RegisterAsync(call, catalog.Assets, asset, artifact.Digest, request).ConfigureAwait(false);
        });
    }

    /// <summary>Registers an artifact as the next version of an asset, and prints the version. The assembly of the catalog is loaded only for this.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task RegisterAsync(Session session, ArtifactRepository repository, string name, BlobDigest artifact, CancellationToken cancellationToken)
    {
        var catalog = CatalogOpening.ForChanges(session, repository, CatalogOptionSet.DefaultUser);
        await using var closing = catalog.ConfigureAwait(false);
        session.Output.Line(AssetSaveOptionSet.Line(await catalog.Assets.RegisterAsync(name, artifact, cancellationToken: cancellationToken).ConfigureAwait(false)));
        await CatalogOpening.FlushAsync(session, catalog, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the option of other commands that save, which names an asset.</summary>
    public static Option<string?> Name() => new("--name") { Description = "Register the artifact as the next version of this asset, and print the version. 'cairn asset save' has more options.", HelpName = "NAME" };
}
