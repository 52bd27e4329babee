using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Tests;

/// <summary>Runs the tests, for a person or for a tool of the testing platform.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args.Contains("--server")
        ? await TestPlatformTestFramework.RunAsync([.. args, .. LeftOut.Arguments], global::Store.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : await ConsoleRunner.Run(args);
}
