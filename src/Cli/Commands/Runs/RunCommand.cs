using System.CommandLine;

namespace Cairn.Cli.Commands;

internal static class RunCommand
{
    public static Command Create() => new("run", "List, show, compare and manage recorded runs.")
    {
        RunListCommand.Create(),
        RunShowCommand.Create(),
        RunCompareCommand.Create(),
        RunConflictsCommand.Create(),
        RunTagCommand.Create(),
        RunCloseCommand.Create(),
        RunDeleteCommand.CreateDelete(),
        RunDeleteCommand.CreateRestore(),
    };
}
