using System.Globalization;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What tests start as processes of their own.</summary>
internal static class Children
{
    /// <summary>Writes files of several blocks until killed, and says of each when it begins and when it is complete. Told: endpoint, account, key, root, seed.</summary>
    public static async Task<int> RunAsync(string[] told)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = told[0], ["account"] = told[1], ["account-key"] = told[2], ["part-size"] = "1MiB" };
        await using var store = await ArtifactStore.OpenAsync(new AzureProvider(), told[3], options);
        var random = new Random(int.Parse(told[4], CultureInfo.InvariantCulture));
        for (var number = 0; ; number++)
        {
            var content = new byte[(1 << 20) * random.Next(1, 4) + random.Next(100_000)];
            random.NextBytes(content);
            var path = $"{told[4]}/{number}";
            Console.WriteLine($"begin {path} {content.Length} {Crc32C.Compute(content):x8}");
            await using var stream = await store.OpenWriteAsync(path, WriteMode.CreateNew);
            await stream.WriteAsync(content);
            await stream.CompleteAsync();
            Console.WriteLine("done");
        }
    }
}
