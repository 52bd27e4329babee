using Cairn.Tests.Artifacts;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Tests;

/// <summary>Runs the tests, for a person or for a tool of the testing platform; or, started by one of them, what it needs another process for.</summary>
internal static class Program
{
    public const string ChildArgument = "--child";

    public static async Task<int> Main(string[] args) =>
        args is [ChildArgument, KilledSaveTests.Child, var root, var seed]
            ? await KilledSaveTests.SaveUntilKilledAsync(root, int.Parse(seed))
            : args.Contains("--server") ? await TestPlatformTestFramework.RunAsync([.. args, .. LeftOut.Arguments], global::Artifacts.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
        : await ConsoleRunner.Run(args);
}
