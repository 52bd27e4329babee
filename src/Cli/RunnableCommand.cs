using System.CommandLine;
using Cairn.Streams;

namespace Cairn.Cli;

/// <summary>A command that does something: it is run with the session, and the exit code is its result.</summary>
/// <remarks>
/// It is called directly rather than through System.CommandLine's invocation: each asynchronous method between the entry point and the work is compiled anew at every
/// start, because the code of its state machine belongs to the framework's generic types.
/// </remarks>
internal sealed class RunnableCommand(string name, string description, Func<Session, ParseResult, CancellationToken, Task> run) : Command(name, description)
{
    /// <summary>Runs to the end.</summary>
    /// <returns>What the command says; 0 where it says nothing.</returns>
    public int Run(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        // The process has nothing else to do than to wait.
        var running = run(session, parsed, cancellationToken);
        Synchronously.Wait(running);
        return running is Task<int> code ? Synchronously.Wait(code) : ExitCode.Done;
    }
}

/// <summary>How commands are put together.</summary>
internal static class CommandExtensions
{
    /// <summary>Says what a command does and which exit code that gives.</summary>
    public static Command Runs(this Command command, Func<Session, ParseResult, CancellationToken, Task<int>> run) =>
        command.Runs((Func<Session, ParseResult, CancellationToken, Task>)run);

    /// <summary>Says what a command does; it ends with 0 unless it throws.</summary>
    public static Command Runs(this Command command, Func<Session, ParseResult, CancellationToken, Task> run)
    {
        var runnable = new RunnableCommand(command.Name, command.Description ?? "", run) { Hidden = command.Hidden };
        foreach (var argument in command.Arguments)
            runnable.Add(argument);
        foreach (var option in command.Options)
            runnable.Add(option);
        return runnable;
    }
}
