using System.Globalization;
using Cairn.Tests;
using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>Runs the tests; or, started by one of them, writes files until it is killed.</summary>
internal static class Program
{
    /// <summary>Followed by endpoint, bucket, when to compose, and seed.</summary>
    public const string WriterArgument = "--write-until-killed";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [WriterArgument, var endpoint, var bucket, var composite, var seed])
            return await ConsoleRunner.Run(args);
        var options = new Dictionary<string, string> { ["endpoint"] = endpoint, ["anonymous"] = "true", ["part-size"] = "256KiB", ["composite"] = composite };
        await using var store = await ArtifactStore.OpenAsync(new GcsProvider(), $"gs://{bucket}", options);
        return await AbortedWrites.WriteUntilKilledAsync(store, "killed", int.Parse(seed, CultureInfo.InvariantCulture), 256 << 10);
    }
}
