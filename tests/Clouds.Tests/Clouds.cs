using System.Diagnostics;
using Cairn.TestServers.Fixtures;
using Cairn.TestServers.Gcs;

namespace Cairn.Clouds.Tests;

/// <summary>The three clouds' local servers, a bucket on each, and the environment in which a program finds them by each cloud's own conventions.</summary>
internal sealed class Clouds : IAsyncDisposable
{
    private readonly GcsFake _fake;

    private Clouds(GcsFake fake) => _fake = fake;

    public required string S3 { get; init; }

    public required string Azure { get; init; }

    public required string Gcs { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public static async Task<Clouds> StartAsync()
    {
        var (s3, noS3) = await S3Server.TryStartAsync();
        Assert.SkipWhen(s3 is null, noS3);
        var (azurite, noAzurite) = await AzuriteServer.TryStartAsync();
        Assert.SkipWhen(azurite is null, noAzurite);
        var fake = await GcsFake.StartAsync();
        return new(fake)
        {
            S3 = $"s3://{await s3!.CreateBucketAsync($"cairn-{Guid.NewGuid():N}")}/in",
            Azure = $"az://{await azurite!.CreateContainerAsync($"cairn-{Guid.NewGuid():N}")}/in",
            Gcs = $"gs://{fake.CreateBucket()}/in",
            Environment = new Dictionary<string, string>
            {
                ["AWS_ENDPOINT_URL"] = s3.Endpoint.ToString(),
                ["AWS_REGION"] = s3.Region,
                ["AWS_ACCESS_KEY_ID"] = s3.AccessKey,
                ["AWS_SECRET_ACCESS_KEY"] = s3.SecretKey,
                ["AZURE_STORAGE_CONNECTION_STRING"] = azurite.ConnectionString,
                ["STORAGE_EMULATOR_HOST"] = fake.Endpoint.OriginalString,
            },
        };
    }

    /// <summary>Runs a program in a folder and gives what it printed.</summary>
    public Task<(int Code, string Output, string Error)> RunAsync(string program, string folder, params string[] arguments) => RunAsync(program, folder, Environment, arguments);

    /// <summary>As above, in another environment.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = program.EndsWith(".dll", StringComparison.Ordinal) ? new ProcessStartInfo("dotnet", [program, .. arguments]) : new ProcessStartInfo(program, arguments);
        start = new(start.FileName, start.ArgumentList) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("CAIRN_WORKSPACE");
        start.Environment["CAIRN_HOME"] = Path.Join(folder, "nobody");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync() => await _fake.DisposeAsync();
}
