using Xunit.Runner.InProc.SystemConsole;

namespace Cairn.Providers.S3.Tests;

/// <summary>Runs the tests; or, started by one of them, what it needs another process for.</summary>
internal static class Program
{
    public const string ChildArgument = "--child";

    public static async Task<int> Main(string[] args)
    {
        if (args is [ChildArgument, .. var rest])
            return rest is [Children.CredentialsArgument, var endpoint, var profile] ? await Children.CredentialsAsync(endpoint, profile) : await Children.RunAsync(rest);
        // The SDK looks once in a process where the shared files are.
        var profiles = Path.Join(Path.GetTempPath(), $"cairn-s3-profiles-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(profiles, "[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = secret\n");
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", profiles);
        try
        {
            return await ConsoleRunner.Run(args);
        }
        finally
        {
            File.Delete(profiles);
        }
    }
}
