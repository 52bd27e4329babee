using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class AssetDeleteCommand
{
    public static Command Create()
    {
        var references = AssetArgument.References("'name:7' or 'name@alias' for a version; a name for the asset with all its versions.");
        var withAliases = new Option<bool>("--with-aliases") { Description = "Remove the aliases that lead to the deleted versions. Otherwise, they are a reason to refuse the deletion." };
        var why = new Option<string?>("--why") { Description = "The reason, which the removal of protected aliases requires.", HelpName = "TEXT" };
        var release = new Option<bool>("--release-name") { Description = "Give up the names of the deleted asset, so that new assets can have them. The asset can no longer be restored." };
        var command = new Command("delete", "Delete versions or assets. The content stays in the store, and what is deleted can be restored.") { references, withAliases, why, release };
        return CatalogOptionSet.ForChanges().Runs(command, call =>
        {
            if (call.Get(release) && call.Get(references)!.FirstOrDefault(r => !AssetArgument.ParseAsset(r).IsLatest) is { } version)
                throw new UsageException($"--release-name needs names of assets, but '{version}' names a version.");
            return call.ForEachAsync(call.Get(references)!, "delete", "deleted", (assets, reference) => DeleteAsync(assets, reference));

            async Task<bool> DeleteAsync(AssetCollection assets, AssetReference reference)
            {
                if (!reference.IsLatest)
                    return await assets.DeleteAsync(reference, call.Get(withAliases), call.Get(why), call.Stopping).ConfigureAwait(false);
                var changed = await assets.DeleteAssetAsync(reference.Name!, call.Get(withAliases), call.Get(why), call.Stopping).ConfigureAwait(false);
                if (!call.Get(release))
                    return changed;
                var asset = await assets.GetAssetAsync(reference.Name!, call.Stopping).ConfigureAwait(false);
                // The given name last: until then, the command can be repeated.
                foreach (var name in asset.FormerNames.Append(asset.Name).Where(n => n != reference.Name).Append(reference.Name!))
                    await assets.ReleaseNameAsync(name, call.Stopping).ConfigureAwait(false);
                return true;
            }
        });
    }
}
