using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Cairn.Flows.Programs;

/// <summary>Parses a command line, runs its command and converts the outcome to an exit code.</summary>
internal static class ProgramRun
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="options">The options of the program.</param>
    /// <param name="flows">The flows.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="isTerminal">Whether standard error is a terminal.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, FlowProgramOptions options, IReadOnlyList<IFlow> flows, TextWriter output, TextWriter error, bool isTerminal)
    {
        var name = Assembly.GetEntryAssembly()?.GetName().Name ?? "flows";
        var root = new Command(name, $"Run the {(flows.Count == 1 ? $"flow {flows[0].Name}" : "flows " + string.Join(", ", flows.Select(f => f.Name)))}, and resume what was interrupted.");
        var global = new ProgramOptions(options.Store);
        global.AddTo(root);
        root.Add(new Option<bool>("--help", "-h", "-?") { Description = "Show help and usage information", Recursive = true, Arity = ArgumentArity.Zero, Action = new HelpAction() });
        Dictionary<Command, Func<ProgramSession, ParseResult, Task<int>>> commands = [];
        Add(FlowCommands.CreateList(out var list), (session, parsed) => ListCommand.Run(session, parsed, list));
        Add(FlowCommands.CreateRun(out var run), (session, parsed) => RunCommand.RunAsync(session, parsed, run));
        Add(FlowCommands.CreateResume(out var resume), (session, parsed) => ResumeCommand.RunAsync(session, parsed, resume));
        Add(FlowCommands.CreateTask(out var task), (session, parsed) => TaskCommand.RunAsync(session, parsed, task));
        Add(FlowCommands.CreateItems(out var items), (session, parsed) => ItemsCommand.RunAsync(session, parsed, items));

        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invoked = parsed.GetValue(global.InvokedAs);
        var speaker = invoked?.Split(' ')[0] ?? name;
        if (parsed.Action is HelpAction || args.Length == 0)
            return root.Parse(args.Length == 0 ? ["--help"] : args).Invoke(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = error });
        if (CommandErrors.Find(parsed) is { } misuse)
        {
            await error.WriteLineAsync($"{speaker}: {TerminalText.OneLine(misuse)} See '{invoked ?? name} --help'.").ConfigureAwait(false);
            return ExitCode.Usage;
        }
        using var cancellation = new CancellationTokenSource();
        var signalled = 0;
        using var interrupt = Listen(PosixSignal.SIGINT, ExitCode.Cancelled);
        using var terminate = Listen(PosixSignal.SIGTERM, 128 + 15);
        using var hangUp = Listen(PosixSignal.SIGHUP, 128 + 1);
        var session = new ProgramSession(options, global, flows, parsed, output, error, isTerminal, speaker, invoked ?? ShellText.FindProgram(name), cancellation.Token);
        await using var closing = session.ConfigureAwait(false);
        try
        {
            return await commands[parsed.CommandResult.Command](session, parsed).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return signalled;
        }
        catch (Exception e)
        {
            session.Report(e);
            return e is UsageException or FormatException or ArgumentException ? ExitCode.Usage : ExitCode.Failed;
        }

        void Add(Command command, Func<ProgramSession, ParseResult, Task<int>> action)
        {
            root.Add(command);
            commands[command] = action;
        }

        PosixSignalRegistration Listen(PosixSignal signal, int code) => PosixSignalRegistration.Create(signal, context =>
        {
            // A second signal ends the process immediately, because the default action applies.
            context.Cancel = Interlocked.CompareExchange(ref signalled, code, 0) == 0;
            // The run listens itself: it records that a signal has ended it, and not its caller.
            if (context.Cancel)
                _ = Task.Run(cancellation.Cancel);
        });
    }
}
