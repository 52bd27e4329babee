using System.CommandLine;

namespace Cairn.Flows.Programs;

/// <summary>The options that every command of a program accepts.</summary>
/// <param name="store">The default address of the store.</param>
internal sealed class ProgramOptions(string store)
{
    /// <summary>The environment variable with the id of the user, which the command <c>cairn</c> reads as well.</summary>
    public const string UserVariable = "CAIRN_USER";

    public Option<string?> Workspace { get; } = new(FlowCommands.Workspace)
    {
        Description = "The workspace: a .cairn folder or a folder that contains one. Default: $CAIRN_WORKSPACE, otherwise the nearest workspace in the current folder or its parents.",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public Option<string> Store { get; } = new(FlowCommands.Store)
    {
        Description = "The store whose folder 'artifacts' contains the artifacts, or a folder of a store: ':folder', 'NAME:', 's3://bucket/folder', or a local folder.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => store,
        Recursive = true,
    };

    public Option<string?> User { get; } = new(FlowCommands.User)
    {
        Description = $"The id of the user, which the records contain permanently. Default: ${UserVariable}, otherwise 'u:' and the login name.",
        HelpName = "ID",
        Recursive = true,
    };

    public Option<bool> Verbose { get; } = new(FlowCommands.Verbose, "-v") { Description = "Print the full details of errors.", Recursive = true };

    public Option<string?> InvokedAs { get; } = new(FlowCommands.InvokedAs) { Hidden = true, Recursive = true };

    public Option<string?> Program { get; } = new(FlowCommands.Program) { Hidden = true, Recursive = true };

    /// <summary>Returns the options that select the program, the store and the user, as a user states them again.</summary>
    public IEnumerable<string> Given(ParseResult parsed)
    {
        foreach (var option in (Option[])[Program, Workspace, Store, User])
        {
            if (parsed.GetResult(option) is not { Implicit: false, Tokens: [var value, ..] })
                continue;
            yield return option.Name;
            yield return value.Value;
        }
    }

    public void AddTo(Command root)
    {
        root.Add(Workspace);
        root.Add(Store);
        root.Add(User);
        root.Add(Verbose);
        root.Add(InvokedAs);
        root.Add(Program);
    }
}
