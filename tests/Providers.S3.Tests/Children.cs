using System.Globalization;

namespace Cairn.Providers.S3.Tests;

/// <summary>The programs that tests start as separate processes.</summary>
internal static class Children
{
    public const string CredentialsArgument = "credentials";

    /// <summary>Looks at one file with the credentials that the environment gives, and says what came of it and which assemblies for SSO were loaded.</summary>
    public static async Task<int> CredentialsAsync(string endpoint, string profile)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = endpoint, ["retries"] = "0" };
        if (profile.Length > 0)
            options["profile"] = profile;
        try
        {
            await using var store = await ArtifactStore.OpenAsync(new S3Provider(), "s3://bucket/root", options);
            Console.WriteLine($"length {(await store.StatAsync("f")).Length}");
        }
        catch (StoreException e)
        {
            Console.WriteLine($"{e.Code}: {e.Message} {e.Advice}");
        }
        var loaded = AppDomain.CurrentDomain.GetAssemblies().Select(static a => a.GetName().Name!).Where(static n => n.StartsWith("AWSSDK.SSO", StringComparison.Ordinal));
        Console.WriteLine($"loaded {string.Join(' ', loaded.Order(StringComparer.Ordinal))}");
        return 0;
    }

    /// <summary>Writes files of several parts until killed, and says of each when it begins and when it is complete. Told: endpoint, keys, root, seed.</summary>
    public static async Task<int> RunAsync(string[] told)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = told[0], ["access-key"] = told[1], ["secret-key"] = told[2], ["part-size"] = "5MiB" };
        await using var store = await ArtifactStore.OpenAsync(new S3Provider(), told[3], options);
        var random = new Random(int.Parse(told[4], CultureInfo.InvariantCulture));
        for (var number = 0; ; number++)
        {
            var content = new byte[(5 << 20) * random.Next(1, 4) + random.Next(100_000)];
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
