using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Providers.Azure.Tests;

/// <summary>Runs the tests; or, started by one of them, what it needs another process for.</summary>
internal static class Program
{
    public const string ChildArgument = "--child";

    public static async Task<int> Main(string[] args) =>
        args is [ChildArgument, .. var rest] ? await Children.RunAsync(rest) : await ConsoleRunner.Run(args);
}
