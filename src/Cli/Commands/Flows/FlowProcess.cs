using System.Diagnostics;
using System.Runtime.InteropServices;
using Cairn.Errors;

namespace Cairn.Cli.Commands;

/// <summary>Runs a program of flows in the place of the command.</summary>
internal static partial class FlowProcess
{
    private const int NoEntry = 2;

    /// <summary>
    /// Runs a program. On Unix, the process of the command becomes that of the program: signals, the terminal, the streams and the exit code are the program's, with nothing in between. Elsewhere,
    /// the command starts the program and waits for it.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="program">The path of the program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="invokedAs">How a user repeats the command.</param>
    /// <param name="cancellationToken">Cancelled when a signal arrives before the program runs.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The path is not one of a program.</exception>
    public static async Task<int> RunAsync(Session session, string program, IReadOnlyList<string> args, string invokedAs, CancellationToken cancellationToken)
    {
        string[] command = [.. CommandOf(program), args[0], $"{FlowCommands.InvokedAs}={invokedAs}", .. args.Skip(1)];
        session.Output.Flush();
        cancellationToken.ThrowIfCancellationRequested();
        if (OperatingSystem.IsWindows())
            return await StartAsync(command).ConfigureAwait(false);
        _ = Execute(command[0], [.. command, null]);
        // It returns only if it has failed.
        var error = Marshal.GetLastPInvokeError();
        throw new StoreException(new StoreFault(StoreErrorCode.InvalidConfiguration, $"'{ErrorText.Escape(command[0])}' cannot be started: {Marshal.GetPInvokeErrorMessage(error).TrimEnd('.')}")
        {
            Advice = error == NoEntry && command[0] == "dotnet"
                ? "A .dll needs the command 'dotnet': install the .NET runtime, or give the executable of the program."
                : "Give the .dll or the executable that the project of the program builds.",
        });
    }

    /// <summary>Starts a program and waits for it. Ctrl-C reaches the program as well, which ends in its own way.</summary>
    internal static async Task<int> StartAsync(IReadOnlyList<string> command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false })!;
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return process.ExitCode;
    }

    /// <summary>Returns the command that runs a program: the path itself, or <c>dotnet</c> and the path of a .dll.</summary>
    /// <exception cref="UsageException">There is no such program.</exception>
    private static string[] CommandOf(string program)
    {
        var full = Path.GetFullPath(program);
        if (Directory.Exists(full) || Path.GetExtension(full).EndsWith("proj", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"'{program}' is a project, and a program is needed. Build it with 'dotnet build -c Release', and give the .dll or the executable that is below its folder bin.");
        if (!File.Exists(full))
            throw new UsageException($"The program '{program}' does not exist. Build it with 'dotnet build -c Release', and give the .dll or the executable that is below its folder bin.");
        if (Path.GetExtension(full).Equals(".dll", StringComparison.OrdinalIgnoreCase))
            return [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet", full];
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(full) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0)
            throw new UsageException($"'{program}' is neither a .dll nor an executable file. Give the .dll or the executable that the project of the program builds.");
        return [full];
    }

    [LibraryImport("libc", EntryPoint = "execvp", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Execute(string file, string?[] arguments);
}
