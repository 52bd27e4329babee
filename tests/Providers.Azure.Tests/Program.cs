using System.Globalization;
using Cairn.Tests;
using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Providers.Azure.Tests;

/// <summary>Runs the tests; or, started by one of them, writes files until it is killed.</summary>
internal static class Program
{
    /// <summary>Followed by endpoint, account, key, root and seed.</summary>
    public const string WriterArgument = "--write-until-killed";

    /// <summary>Says what a store fails with whose identity comes from the environment.</summary>
    public const string IdentityArgument = "--say-what-the-identity-fails-with";

    public static async Task<int> Main(string[] args)
    {
        if (args is [IdentityArgument])
        {
            await using var unknown = await ArtifactStore.OpenAsync(new AzureProvider(), "az://data", new Dictionary<string, string> { ["endpoint"] = "https://127.0.0.1:1/", ["retries"] = "0" });
            var error = await Should.ThrowAsync<StoreException>(() => unknown.StatAsync("f"));
            Console.WriteLine($"{error.Code}: {error.Message}");
            return 0;
        }
        if (args is not [WriterArgument, var endpoint, var account, var key, var root, var seed])
            return await ConsoleRunner.Run(args);
        var options = new Dictionary<string, string> { ["endpoint"] = endpoint, ["account"] = account, ["account-key"] = key, ["part-size"] = "64KiB" };
        await using var store = await ArtifactStore.OpenAsync(new AzureProvider(), root, options);
        return await AbortedWrites.WriteUntilKilledAsync(store, "killed", int.Parse(seed, CultureInfo.InvariantCulture), 64 << 10);
    }
}
