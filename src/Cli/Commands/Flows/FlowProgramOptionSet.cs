using System.CommandLine;

namespace Cairn.Cli.Commands;

/// <summary>The options of the commands that start a program of flows: the program, and what it shares with all commands.</summary>
internal sealed class FlowProgramOptionSet
{
    /// <summary>The environment variable that names the program.</summary>
    public const string ProgramVariable = "CAIRN_FLOW_PROGRAM";

    private readonly Option<string?> _program = new(FlowCommands.Program)
    {
        Description = $"The program of the flows: a .dll or an executable that calls FlowProgram.RunAsync. Default: ${ProgramVariable}.",
        HelpName = "PATH",
    };

    private readonly Option<string> _store = ArtifactOptions.Store();

    private readonly Option<string?> _user = new(FlowCommands.User)
    {
        Description = $"The id of the user, which the records contain permanently. Default: ${CatalogOptionSet.UserVariable}, otherwise 'u:' and the login name.",
        HelpName = "ID",
    };

    public Command AddTo(Command command)
    {
        command.Add(_program);
        command.Add(_user);
        command.Add(_store);
        return command;
    }

    /// <exception cref="UsageException">No program is named.</exception>
    public string ProgramOf(ParseResult parsed) => parsed.GetValue(_program) is { Length: > 0 } named ? named
        : Environment.GetEnvironmentVariable(ProgramVariable) is { Length: > 0 } variable ? variable
        : throw new UsageException(
            $"No program of flows is named. Give its .dll or executable with --program or ${ProgramVariable}: a program that calls FlowProgram.RunAsync of the package Cairn.Flows.CommandLine.");

    /// <summary>Returns the options that the program gets: those that were stated.</summary>
    public IEnumerable<string> Given(ParseResult parsed)
    {
        foreach (var (name, value) in new[]
        {
            (FlowCommands.Program, parsed.GetValue(_program)),
            (FlowCommands.Workspace, GlobalOptions.WorkspaceOf(parsed)),
            (FlowCommands.Store, parsed.GetResult(_store) is { Implicit: false } ? parsed.GetValue(_store) : null),
            (FlowCommands.User, parsed.GetValue(_user)),
        })
        {
            if (value is not null)
                yield return $"{name}={value}";
        }
        if (GlobalOptions.IsVerbose(parsed))
            yield return FlowCommands.Verbose;
    }
}
