using Amazon.Runtime;
using Amazon.S3;
using Cairn.TestServers.Fixtures;

namespace Cairn.Providers.S3.Tests;

/// <summary>The S3 service of the tests, and buckets on it, reached by a bare client that is not Cairn's.</summary>
internal static class S3Backend
{
    private static readonly Lazy<Task<AmazonS3Client>> _raw = new(async () => RawClient(await ServerAsync()));

    /// <summary>The server; without one the test is skipped, with the reason.</summary>
    public static async Task<S3Server> ServerAsync()
    {
        var (server, reason) = await S3Server.TryStartAsync();
        Assert.SkipWhen(server is null, reason);
        return server!;
    }

    /// <summary>A client at its defaults, made once.</summary>
    public static Task<AmazonS3Client> RawAsync() => _raw.Value;

    public static async Task<string> NewBucketAsync() => await (await ServerAsync()).CreateBucketAsync($"cairn-{Guid.NewGuid():N}");

    /// <summary>Removes a bucket with all that is in it, staged uploads too.</summary>
    public static async Task RemoveBucketAsync(string bucket)
    {
        var raw = await RawAsync();
        await foreach (var upload in raw.Paginators.ListMultipartUploads(new() { BucketName = bucket }).Uploads)
            await raw.AbortMultipartUploadAsync(new() { BucketName = bucket, Key = upload.Key, UploadId = upload.UploadId });
        // One by one: a batch, which is XML, cannot name every key that the tests write.
        await Parallel.ForEachAsync(await KeysAsync(bucket), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (key, token) => await raw.DeleteObjectAsync(bucket, key, token));
        await raw.DeleteBucketAsync(bucket);
    }

    public static async Task<List<string>> KeysAsync(string bucket, string prefix = "")
    {
        var keys = new List<string>();
        await foreach (var item in (await RawAsync()).Paginators.ListObjectsV2(new() { BucketName = bucket, Prefix = prefix }).S3Objects)
            keys.Add(item.Key);
        return keys;
    }

    public static async Task<byte[]> ReadAsync(string bucket, string key)
    {
        using var response = await (await RawAsync()).GetObjectAsync(bucket, key);
        using var content = new MemoryStream();
        await response.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    }

    /// <summary>Options for a store on the server, with the given ones besides.</summary>
    public static Dictionary<string, string> Options(S3Server server, params (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string>
        {
            ["endpoint"] = server.Endpoint.ToString(),
            ["region"] = server.Region,
            ["access-key"] = server.AccessKey,
            ["secret-key"] = server.SecretKey,
            ["part-size"] = "5MiB",
            ["retries"] = "2",
        };
        foreach (var (name, value) in more)
            options[name] = value;
        return options;
    }

    public static async Task<StoreDriver> OpenAsync(StoreUri root, Dictionary<string, string> options) =>
        await new S3Provider().OpenAsync(new StoreContext { Root = root, Options = options }, CancellationToken.None);

    private static AmazonS3Client RawClient(S3Server server) => new(
        new BasicAWSCredentials(server.AccessKey, server.SecretKey),
        new AmazonS3Config { ServiceURL = server.Endpoint.ToString(), AuthenticationRegion = server.Region, ForcePathStyle = true, UseHttp = server.Endpoint.Scheme == "http" });
}
