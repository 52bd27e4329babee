using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetRestoreCommand
{
    public static Command Create()
    {
        var references = AssetArgument.References("'name:7' for a version; a name for an asset.");
        return CatalogOptionSet.ForChanges().Runs(new Command("restore", "Restore deleted versions or assets.") { references }, call =>
            call.ForEachAsync(call.Get(references)!, "restore", "restored", (assets, reference) =>
                reference.IsLatest ? assets.RestoreAssetAsync(reference.Name!, call.Stopping) : assets.RestoreAsync(reference, call.Stopping)));
    }
}
