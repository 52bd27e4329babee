using System.Diagnostics;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Cairn.TestServers.Fixtures;

namespace Cairn.Bench.Commands;

/// <summary>A cloud's local server: the address that cairn uses, the remote of rclone, and the environment in which all programs find the server.</summary>
internal sealed record Cloud(string Name, string Root, string Remote, IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>Other programs that know this cloud, by name: copies a file up, copies it down.</summary>
    public IReadOnlyList<(string Name, Func<string, string, string[]> Up, Func<string, string, string[]> Down)> Others { get; init; } = [];

    public static async Task<Cloud> S3Async(string folder)
    {
        var server = await S3Server.StartAsync();
        var bucket = await server.CreateBucketAsync();
        var config = Path.Join(folder, "s3cmd.cfg");
        await File.WriteAllTextAsync(config, $"""
            [default]
            access_key = {server.AccessKey}
            secret_key = {server.SecretKey}
            host_base = {server.Endpoint.Authority}
            host_bucket = {server.Endpoint.Authority}
            use_https = False
            bucket_location = {server.Region}
            """);
        var others = new List<(string, Func<string, string, string[]>, Func<string, string, string[]>)>();
        if (Run.Find("aws") is { } aws)
        {
            string[] Copy(string from, string to) => [aws, "--endpoint-url", server.Endpoint.ToString(), "s3", "cp", "--only-show-errors", from, to];
            others.Add(("awscli", (file, key) => Copy(file, $"s3://{bucket}/{key}"), (key, file) => Copy($"s3://{bucket}/{key}", file)));
        }
        if (Run.Find("s3cmd") is { } s3cmd)
        {
            others.Add((
                "s3cmd",
                (file, key) => [s3cmd, "-c", config, "--quiet", "put", file, $"s3://{bucket}/{key}"],
                (key, file) => [s3cmd, "-c", config, "--quiet", "--force", "get", $"s3://{bucket}/{key}", file]));
        }
        return new("S3", $"s3://{bucket}", $"bench:{bucket}", new Dictionary<string, string?>
        {
            ["AWS_ENDPOINT_URL"] = server.Endpoint.ToString(),
            ["AWS_REGION"] = server.Region,
            ["AWS_DEFAULT_REGION"] = server.Region,
            ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey,
            // A bundle for the world outside, which rclone refuses to look at; the server here is plain HTTP.
            ["AWS_CA_BUNDLE"] = null,
            ["RCLONE_CONFIG_BENCH_TYPE"] = "s3",
            ["RCLONE_CONFIG_BENCH_PROVIDER"] = "Ceph",
            ["RCLONE_CONFIG_BENCH_ENDPOINT"] = server.Endpoint.ToString(),
            ["RCLONE_CONFIG_BENCH_ACCESS_KEY_ID"] = server.AccessKey,
            ["RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY"] = server.SecretKey,
            ["RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET"] = "true",
            ["RCLONE_CONFIG_BENCH_UPLOAD_CONCURRENCY"] = "8",
            ["RCLONE_CONFIG_BENCH_CHUNK_SIZE"] = "16M",
        })
        { Others = others };
    }

    public static async Task<Cloud> AzureAsync()
    {
        var server = await AzuriteServer.StartAsync();
        var container = await server.CreateContainerAsync();
        // Older rclones take an endpoint for a host's name alone; a signed address says all of it.
        var signed = new BlobContainerClient(server.ConnectionString, container).GenerateSasUri(BlobContainerSasPermissions.All, DateTimeOffset.UtcNow.AddHours(6));
        return new("Azure", $"az://{container}", $"bench:{container}", new Dictionary<string, string?>
        {
            ["AZURE_STORAGE_CONNECTION_STRING"] = server.ConnectionString,
            ["RCLONE_CONFIG_BENCH_TYPE"] = "azureblob",
            ["RCLONE_CONFIG_BENCH_SAS_URL"] = signed.AbsoluteUri,
            ["RCLONE_CONFIG_BENCH_UPLOAD_CONCURRENCY"] = "8",
            ["RCLONE_CONFIG_BENCH_CHUNK_SIZE"] = "16M",
        });
    }

    /// <summary>The fake of Cloud Storage in a separate process, which ends with this one's call of <see cref="Process.Kill()"/>.</summary>
    public static Cloud Gcs(string folder, out Process process)
    {
        var program = Path.Join(AppContext.BaseDirectory, "Cairn.TestServers.dll");
        process = Process.Start(new ProcessStartInfo("dotnet", [program, "gcs", "--bucket", "bench", "--no-md5", "--any-media-type", "--spill", folder]) { RedirectStandardOutput = true })!;
        var endpoint = process.StandardOutput.ReadLine()!.Split('=')[1];
        return new("Cloud Storage", "gs://bench", "bench:bench", new Dictionary<string, string?>
        {
            ["STORAGE_EMULATOR_HOST"] = endpoint,
            ["RCLONE_CONFIG_BENCH_TYPE"] = "google cloud storage",
            ["RCLONE_CONFIG_BENCH_ANONYMOUS"] = "true",
            ["RCLONE_CONFIG_BENCH_ENDPOINT"] = endpoint + "/storage/v1/",
            ["RCLONE_CONFIG_BENCH_NO_CHECK_BUCKET"] = "true",
        });
    }
}
