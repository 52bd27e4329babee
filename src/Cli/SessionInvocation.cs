using System.CommandLine;

namespace Cairn.Cli;

/// <summary>Carries the session to the command's action; exceptions and signals are the caller's.</summary>
internal sealed class SessionInvocation : InvocationConfiguration
{
    public SessionInvocation(Session session)
    {
        Session = session;
        EnableDefaultExceptionHandler = false;
        ProcessTerminationTimeout = null;
        Output = session.Output.Text;
        Error = session.Error;
    }

    public Session Session { get; }
}

internal static class CommandExtensions
{
    /// <summary>Says what a command does. It returns the exit code.</summary>
    public static Command Runs(this Command command, Func<Session, ParseResult, CancellationToken, Task<int>> run)
    {
        command.SetAction((parsed, cancellationToken) => run(((SessionInvocation)parsed.InvocationConfiguration).Session, parsed, cancellationToken));
        return command;
    }

    /// <summary>Says what a command does when nothing it does can fail halfway: it ends with 0.</summary>
    public static Command Runs(this Command command, Func<Session, ParseResult, CancellationToken, Task> run) =>
        command.Runs(async (session, parsed, cancellationToken) =>
        {
            await run(session, parsed, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
}
