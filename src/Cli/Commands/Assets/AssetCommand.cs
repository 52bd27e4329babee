using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class AssetCommand
{
    public static Command Create() => new("asset", "Save, find and manage assets: named things with numbered versions.")
    {
        AssetSaveCommand.Create(),
        AssetLoadCommand.Create(),
        AssetListCommand.Create(),
        AssetSearchCommand.Create(),
        AssetShowCommand.Create(),
        AssetHistoryCommand.Create(),
        AssetDiffCommand.Create(),
        AssetAliasCommand.Create(),
        AssetTagCommand.Create(),
        AssetUpdateCommand.Create(),
        AssetPinCommand.CreatePin(),
        AssetPinCommand.CreateUnpin(),
        AssetDeleteCommand.Create(),
        AssetRestoreCommand.Create(),
        AssetRenameCommand.Create(),
        AssetAdoptCommand.Create(),
    };
}
