using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>Starts programs of flows. The code of a flow belongs to the user and has its own dependencies, so it runs in a separate process.</summary>
internal static class FlowCommand
{
    public static Command Create() => new("flow", "Run and resume the flows of a program.")
    {
        Of(FlowCommands.CreateRun(out var run), run),
        Of(FlowCommands.CreateResume(out var resume), resume),
        Of(FlowCommands.CreateTask(out var task), task),
        Of(FlowCommands.CreateItems(out var items), items),
        Of(FlowCommands.CreateList(out var list), list),
    };

    private static Command Of(Command command, IFlowArguments arguments)
    {
        var options = new FlowProgramOptionSet();
        return options.AddTo(command).Runs((session, parsed, cancellationToken) =>
            FlowProcess.RunAsync(session, options.ProgramOf(parsed), [command.Name, .. options.Given(parsed), .. FlowCommands.Given(parsed, arguments)], "cairn flow", cancellationToken));
    }
}
