using System.Diagnostics;
using Catalog.Stores.Tests.Work;
using Xunit.Runner.InProc.SystemConsole;

namespace Catalog.Stores.Tests;

/// <summary>Runs the tests; or, started by one of them, what it needs another process for.</summary>
internal static class Program
{
    private const string ChildArgument = "--child";

    public static async Task<int> Main(string[] args) => args is [ChildArgument, var name, .. var rest] ? await Children.RunAsync(name, rest) : await ConsoleRunner.Run(args);

    /// <summary>How to start this program as a child.</summary>
    public static ProcessStartInfo Child(params string[] told)
    {
        var path = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        string[] self = [.. Path.GetFileNameWithoutExtension(path) == "dotnet" ? [typeof(Program).Assembly.Location] : Array.Empty<string>(), ChildArgument, .. told];
        return new ProcessStartInfo(path, self) { RedirectStandardOutput = true, RedirectStandardInput = true };
    }
}
