using System.Diagnostics;
using System.Runtime;

namespace Cairn.Tests;

/// <summary>Runs the tests of a test program that are marked <c>Memory=Bounded</c> in a process of its own, whose heap cannot grow beyond a limit.</summary>
/// <remarks>A source file that several test projects share.</remarks>
internal static class BoundedMemory
{
    /// <summary>The heap of the process, the test runner included: what is announced and not there must not be allocated, and of what is there at most twice as much.</summary>
    public const int HeapBytes = 128 << 20;

    /// <summary>Gives back what the test before has left: in a heap that cannot grow, a large array needs a gap of its length.</summary>
    public static void Settle()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    /// <summary>Runs them; one that runs out of memory, fails or hangs fails this.</summary>
    public static async Task RunAsync(Type of)
    {
        var program = Path.Join(AppContext.BaseDirectory, of.Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));
        // One after the other: each may hold what the heap gives, and together they would need more.
        var start = new ProcessStartInfo(program, ["-trait", "Memory=Bounded", "-parallelMode", "none", "-noColor", "-noLogo"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapBytes.ToString("X", System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        var said = $"{await output}{await error}";
        TestContext.Current.TestOutputHelper?.WriteLine(said);
        process.ExitCode.ShouldBe(0, said);
        said.ShouldContain("Failed: 0");
        said.ShouldNotContain("Total: 0,");
    }
}
