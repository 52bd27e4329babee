using System.CommandLine;
using Cairn.Artifacts;

namespace Cairn.Cli.Commands;

internal static class AssetAdoptCommand
{
    public static Command Create()
    {
        var name = AssetArgument.OptionalReference("The name of the asset, which is created if no asset has the name.");
        name.HelpName = "NAME";
        var artifact = new Argument<string?>("artifact") { Description = "An artifact that the store holds: 'sha256:' followed by 64 hexadecimal digits.", HelpName = "DIGEST", Arity = ArgumentArity.ZeroOrOne };
        var old = new Option<string?>("--from-version-1")
        {
            Description = "Instead: copy all named artifacts of a repository of format version 1 to the store, and register each as an asset of its name. The address is that of the old repository; default: the address of --store. Its files are kept.",
            HelpName = "ADDRESS",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var (save, options) = (new AssetSaveOptionSet(), CatalogOptionSet.ForChanges());
        var command = save.AddTo(new("adopt", "Register an artifact that is in the store as the next version of an asset, and print the version.") { name, artifact, old });
        return options.Runs(command, async Task<int> (call) =>
        {
            var request = save.Read(call.Parsed);
            if (call.Parsed.GetResult(old) is not null)
            {
                if (call.Get(name) is not null || save.IsGiven(call.Parsed))
                    throw new UsageException("--from-version-1 cannot be used with NAME, DIGEST and the properties of a version.");
                return await AdoptAllAsync(call, call.Get(old) ?? call.Parsed.GetRequiredValue(options.Store)).ConfigureAwait(false);
            }
            if (call.Get(name) is null || call.Get(artifact) is null)
                throw new UsageException("Specify NAME and DIGEST, or --from-version-1.");
            var asset = AssetArgument.ParseName(call.Get(name)!);
            var digest = AssetArgument.Parse(call.Get(artifact)!).Digest
                ?? throw new UsageException($"'{call.Get(artifact)}' is not the digest of an artifact: 'sha256:' followed by 64 hexadecimal digits.");
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            await save.RegisterAsync(call, catalog.Assets, asset, digest, request).ConfigureAwait(false);
            return ExitCode.Done;
        });
    }

    /// <summary>Copies the artifact of each name of a repository of version 1, and registers it. A name that fails does not stop the others; a repeated call copies what is missing.</summary>
    private static async Task<int> AdoptAllAsync(CatalogCall call, string address)
    {
        var location = await call.Session.OpenAsync(address, call.Stopping).ConfigureAwait(false);
        var old = await Version1Repository.OpenAsync(location.Store, location.Path, call.Stopping).ConfigureAwait(false);
        var names = await old.ListNamesAsync(call.Stopping).ToListAsync(call.Stopping).ConfigureAwait(false);
        var catalog = await call.OpenAsync().ConfigureAwait(false);
        return await call.Session.ForEachAsync(names, async name =>
        {
            var digest = await old.ResolveAsync(name, call.Stopping).ConfigureAwait(false);
            await old.CopyToAsync(digest, catalog.Repository, call.Stopping).ConfigureAwait(false);
            AssetSaveOptionSet.Report(call, await catalog.Assets.RegisterAsync(name, digest, cancellationToken: call.Stopping).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }
}
