using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Cairn.Cli.Commands;
using Cairn.Streams;

namespace Cairn.Cli;

/// <summary>The <c>cairn</c> command: parses the command line, runs the command and converts the outcome to an exit code.</summary>
internal static class CommandLine
{
    private static readonly Entry[] Commands =
    [
        new("init", InitCommand.Create, Changes: true),
        new("flavor", FlavorCommand.Create),
        new("store", StoreCommand.Create, Changes: true),
        new("plugin", PluginCommand.Create, Changes: true),
        new("ls", LsCommand.Create),
        new("tree", TreeCommand.Create),
        new("stat", StatCommand.Create),
        new("cat", CatCommand.Create),
        new("cp", CpCommand.Create, Changes: true),
        new("mv", MvCommand.Create, Changes: true),
        new("rm", RmCommand.Create, Changes: true),
        new("mkdir", MkdirCommand.Create, Changes: true),
        new("find", FindCommand.Create),
        new("du", DuCommand.Create),
        new("presign", PresignCommand.Create),
        new("sync", SyncCommand.Create, Changes: true),
        new("save", SaveCommand.Create, Changes: true),
        new("load", LoadCommand.Create, Changes: true),
        new("show", ShowCommand.Create),
        new("verify", VerifyCommand.Create),
        new("asset", AssetCommand.Create, Changes: true),
        new("run", RunCommand.Create, Changes: true),
        new("flow", FlowCommand.Create, Changes: true),
        new("template", TemplateCommand.Create, Changes: true),
        new("output", OutputCommand.Create, Changes: true),
        new("export", ExportCommand.Create, Changes: true),
        new("cache", CacheCommand.Create),
        new("catalog", CatalogCommand.Create, Changes: true),
        new("materializer", MaterializerCommand.Create),
        new("oci", OciCommand.Create, Changes: true),
        new("demo", DemoCommand.Create, Changes: true),
        new("completion", CompletionCommand.Create),
        new("complete", CompletionCommand.CreateComplete),
    ];

    /// <summary>Parses arguments literally, including arguments that begin with <c>@</c>.</summary>
    public static ParserConfiguration Parsing { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Stream output, TextWriter error)
    {
        var root = CreateRoot(args);
        var parsed = root.Parse(args, Parsing);
        if (Misuse(parsed) is { } misuse)
        {
            error.WriteLine($"cairn: {TerminalText.OneLine(misuse)} See '{CommandErrors.NameOf(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }
        using var cancellation = new CancellationTokenSource();
        var signalled = 0;
        using var interrupt = Listen(PosixSignal.SIGINT, ExitCode.Cancelled);
        using var terminate = Listen(PosixSignal.SIGTERM, 128 + 15);
        using var hangUp = Listen(PosixSignal.SIGHUP, 128 + 1);
        var session = new Session(new CommandOutput(output), error, GlobalOptions.WorkspaceOf(parsed), GlobalOptions.IsVerbose(parsed));
        try
        {
            return Run(session, parsed, cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return signalled;
        }
        catch (ClosedPipeException)
        {
            return session.Output.GoesOn ? ExitCode.OutputClosed : ExitCode.Done;
        }
        catch (Exception e)
        {
            return session.Report(e);
        }

        PosixSignalRegistration Listen(PosixSignal signal, int code) => PosixSignalRegistration.Create(signal, context =>
        {
            // A second signal ends the process immediately, because the default action applies.
            context.Cancel = Interlocked.CompareExchange(ref signalled, code, 0) == 0;
            cancellation.Cancel();
        });
    }

    /// <summary>Creates the whole command tree, or only the named commands: creating all of them costs more than the work of a small command.</summary>
    internal static Command CreateRoot(IReadOnlyList<string>? args)
    {
        var root = new Command("cairn", "Manage files and artifacts in local and cloud stores.\n\nAn address is :path (the workspace's active store), NAME:path (a registered store), scheme://container/path, or a local path.");
        GlobalOptions.AddTo(root);
        var named = args is null ? [] : Array.FindAll(Commands, c => args.Contains(c.Name));
        foreach (var entry in named.Length > 0 ? named : Commands)
            root.Add(entry.Create());
        return root;
    }

    private static int Run(Session session, ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            session.Output.GoesOn = parsed.CommandResult.Command is not RunnableCommand { OnlyReads: true }
                && Array.Exists(Commands, c => c.Changes && c.Name == TopOf(parsed.CommandResult.Command));
            var code = parsed switch
            {
                _ when GlobalOptions.IsVersion(parsed) => PrintVersion(session),
                { Action: null, CommandResult.Command: RunnableCommand command } => command.Run(session, parsed, cancellationToken),
                _ => PrintHelp(session, parsed),
            };
            session.Output.Flush();
            if (session.Output.Lost is not { } lost || code != ExitCode.Done)
                return code;
            return lost is ClosedPipeException ? ExitCode.OutputClosed : session.Report(lost);
        }
        finally
        {
            Synchronously.Wait(session.DisposeAsync());
        }
    }

    /// <summary>Returns the error in the command line, or null if there is none.</summary>
    private static string? Misuse(ParseResult parsed)
    {
        if (parsed.Action is System.CommandLine.Help.HelpAction)
            return null;
        if (GlobalOptions.IsVersion(parsed))
            return parsed.Tokens.Count == 1 ? null : "--version cannot be combined with other arguments.";
        return CommandErrors.Find(parsed);
    }

    private static int PrintVersion(Session session)
    {
        session.Output.Text.WriteLine(typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        return ExitCode.Done;
    }

    /// <summary>Prints help. The library prints all words of one argument in the same style; the last of them is the target.</summary>
    private static int PrintHelp(Session session, ParseResult parsed)
    {
        using var text = new StringWriter();
        var code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = text, Error = session.Error });
        session.Output.Text.Write(text.ToString().Replace($"<{AddressArgument.SourcesAndTargetName}>...", "<SOURCE>… <TARGET>", StringComparison.Ordinal));
        return code;
    }

    private static string TopOf(Command command) => ParentOf(command) is { } parent && ParentOf(parent) is not null ? TopOf(parent) : command.Name;

    private static Command? ParentOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault();

    /// <summary>One command.</summary>
    /// <param name="Name">The name.</param>
    /// <param name="Create">Creates the command.</param>
    /// <param name="Changes">true if the command changes something; it then finishes its work even if its output cannot be written.</param>
    private sealed record Entry(string Name, Func<Command> Create, bool Changes = false);
}
