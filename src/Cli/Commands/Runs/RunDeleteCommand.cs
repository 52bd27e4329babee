using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class RunDeleteCommand
{
    public static Option<string?> Why() => new("--why") { Description = "The reason.", HelpName = "TEXT" };

    public static Command CreateDelete()
    {
        var (references, why) = (RunArgument.References(), Why());
        var command = new Command("delete", "Delete runs. Their outputs stay in the store until they are collected, and until then the runs can be restored.") { references, why };
        return CatalogOptionSet.ForChanges().Runs(command, call =>
            call.ForEachRunAsync(call.Get(references)!, "delete", "deleted", (runs, reference) => runs.DeleteAsync(reference, call.Get(why), call.Stopping)));
    }

    public static Command CreateRestore()
    {
        var (references, why) = (RunArgument.References("Deleted runs: 'FLOW/' and the short id, or the id."), Why());
        return CatalogOptionSet.ForChanges().Runs(new Command("restore", "Restore deleted runs.") { references, why }, call =>
            call.ForEachRunAsync(call.Get(references)!, "restore", "restored", (runs, reference) => runs.RestoreAsync(reference, call.Get(why), call.Stopping)));
    }
}
