using System.CommandLine;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class RunCloseCommand
{
    public static Command Create()
    {
        var references = RunArgument.References();
        var status = new Option<string>("--as")
        {
            Description = "The status of the runs from then on: failed, cancelled or succeeded. Default: failed.",
            HelpName = "STATUS",
            DefaultValueFactory = _ => "failed",
        };
        status.AcceptOnlyFromAmong("failed", "cancelled", "succeeded");
        var why = RunDeleteCommand.Why();
        return CatalogOptionSet.ForChanges().Runs(new Command("close", "End lost runs, whose processes can no longer do so.") { references, status, why }, call =>
        {
            var end = RunListOptionSet.Status(call.Get(status)!, status.Name);
            return call.ForEachRunAsync(call.Get(references)!, "close", $"closed as {end}", (runs, reference) => runs.CloseAsync(reference, end, call.Get(why), call.Stopping));
        });
    }
}
