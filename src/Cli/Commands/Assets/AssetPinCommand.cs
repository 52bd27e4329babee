using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetPinCommand
{
    public static Command CreatePin()
    {
        var references = AssetArgument.References("The versions: 'name:7' or 'name@alias'.");
        return CatalogOptionSet.ForChanges().Runs(new Command("pin", "Make versions undeletable.") { references }, call =>
            call.ForEachAsync(call.Get(references)!, "pin", "pinned", (assets, reference) => assets.PinAsync(reference, call.Stopping)));
    }

    public static Command CreateUnpin()
    {
        var references = AssetArgument.References("The versions: 'name:7' or 'name@alias'.");
        return CatalogOptionSet.ForChanges().Runs(new Command("unpin", "Make pinned versions deletable.") { references }, call =>
            call.ForEachAsync(call.Get(references)!, "unpin", "unpinned", (assets, reference) => assets.UnpinAsync(reference, call.Stopping)));
    }
}
