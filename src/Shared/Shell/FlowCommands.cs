using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cairn.Shell;

/// <summary>
/// The commands that run flows. A program of flows has them, and <c>cairn flow</c> has the same: it starts the program with what <see cref="Given"/> returns.
/// </summary>
internal static class FlowCommands
{
    /// <summary>The option of <c>cairn flow</c> that names the program, which the program gets to state it again.</summary>
    public const string Program = "--program";

    public const string Store = "--store";
    public const string User = "--user";
    public const string Verbose = "--verbose";
    public const string Workspace = "--workspace";

    /// <summary>The option by which <c>cairn flow</c> tells the program how a user repeats the command.</summary>
    public const string InvokedAs = "--invoked-as";

    public static Command CreateList(out FlowListArguments arguments) => Make(arguments = new(), "list", "List the flows of the program, and their steps.");

    public static Command CreateRun(out FlowRunArguments arguments) => Make(arguments = new(), "run", "Run a flow. Its steps, results and end are recorded.");

    public static Command CreateResume(out FlowResumeArguments arguments) => Make(arguments = new(), "resume",
        "Resume a run: a new run takes over what the run has finished, and runs the rest. The code of the steps is not compared; use --from if it has changed.");

    public static Command CreateTask(out FlowTaskArguments arguments) => Make(arguments = new(), "task",
        "Run one task of a run that waits for the items of a step: a foreach whose items other processes run. If the task has ended already, nothing is done.");

    public static Command CreateItems(out FlowItemsArguments arguments) => Make(arguments = new(), "items", "List the items of a step of a run whose tasks have not ended, one key per line.");

    /// <summary>Returns the arguments and options that a command line states for a command, in a form that every value survives.</summary>
    public static IEnumerable<string> Given(ParseResult parsed, IFlowArguments arguments)
    {
        foreach (var option in arguments.Symbols.OfType<Option>())
        {
            if (parsed.GetResult(option) is not { Implicit: false } result)
                continue;
            if (result.Tokens.Count == 0)
                yield return option.Name;
            foreach (var token in result.Tokens)
                yield return $"{option.Name}={token.Value}";
        }
        var values = arguments.Symbols.OfType<Argument>().SelectMany(a => parsed.GetResult(a)?.Tokens ?? []).Select(t => t.Value).ToList();
        if (values.Count == 0)
            yield break;
        yield return "--";
        foreach (var value in values)
            yield return value;
    }

    private static Command Make(IFlowArguments arguments, string name, string description)
    {
        var command = new Command(name, description);
        foreach (var symbol in arguments.Symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        return command;
    }
}
