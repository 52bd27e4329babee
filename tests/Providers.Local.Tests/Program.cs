using System.Diagnostics;
using Cairn.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Providers.Local.Tests;

/// <summary>Runs the tests, for a person or for a tool of the testing platform; or, started by one of them, what it needs another process for.</summary>
internal static class Program
{
    private const string ChildArgument = "--child";

    public static async Task<int> Main(string[] args) =>
        args is [ChildArgument, var name, .. var rest] ? await Children.RunAsync(name, rest)
            : args.Contains("--server") ? await TestPlatformTestFramework.RunAsync([.. args, .. LeftOut.Arguments], global::Providers.Local.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : await ConsoleRunner.Run(args);

    /// <summary>How to start this program as a child, by way of a command such as <c>setpriv …</c> where one is given.</summary>
    public static ProcessStartInfo Child(string[] by, params string[] told)
    {
        var path = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        string[] self = [path, .. Path.GetFileNameWithoutExtension(path) == "dotnet" ? [typeof(Program).Assembly.Location] : Array.Empty<string>(), ChildArgument, .. told];
        string[] all = [.. by, .. self];
        return new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardInput = true };
    }

    /// <summary>Runs a child to its end.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunChildAsync(string[] by, params string[] told)
    {
        using var child = Process.Start(Child(by, told)) ?? throw new InvalidOperationException("The child did not start.");
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        child.ExitCode.ShouldBe(0, output);
        return output;
    }

    /// <summary>Runs a command of the system, as root.</summary>
    public static void Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{string.Join(' ', command)}: {error}");
    }
}
