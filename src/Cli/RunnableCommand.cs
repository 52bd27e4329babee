using System.CommandLine;
using Cairn.Streams;

namespace Cairn.Cli;

/// <summary>A command that can be run: it receives the session and returns the exit code.</summary>
/// <remarks>
/// It is called directly and not through System.CommandLine's invocation: the asynchronous methods between the entry point and the work are compiled again
/// at every start, because the code of their state machines belongs to generic types of the framework.
/// </remarks>
internal sealed class RunnableCommand(string name, string description, Func<Session, ParseResult, CancellationToken, Task> run) : Command(name, description)
{
    /// <summary>Gets whether the command changes nothing, although other commands of its group do.</summary>
    public bool OnlyReads { get; init; }

    /// <summary>Runs the command to completion.</summary>
    /// <returns>The exit code of the command.</returns>
    public int Run(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        // The process has nothing to do but wait.
        var running = run(session, parsed, cancellationToken);
        Synchronously.Wait(running);
        return running is Task<int> code ? Synchronously.Wait(code) : ExitCode.Done;
    }
}

/// <summary>Extensions for defining commands.</summary>
internal static class CommandExtensions
{
    /// <summary>Sets the action of a command; the action returns the exit code.</summary>
    public static Command Runs(this Command command, Func<Session, ParseResult, CancellationToken, Task<int>> run, bool onlyReads = false) =>
        command.Runs((Func<Session, ParseResult, CancellationToken, Task>)run, onlyReads);

    /// <summary>Sets the action of a command; the exit code is 0 unless the action throws.</summary>
    public static Command Runs(this Command command, Func<Session, ParseResult, CancellationToken, Task> run, bool onlyReads = false)
    {
        var runnable = new RunnableCommand(command.Name, command.Description ?? "", run) { Hidden = command.Hidden, OnlyReads = onlyReads };
        foreach (var argument in command.Arguments)
            runnable.Add(argument);
        foreach (var option in command.Options)
            runnable.Add(option);
        return runnable;
    }
}
