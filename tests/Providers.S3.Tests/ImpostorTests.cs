namespace Cairn.Providers.S3.Tests;

/// <inheritdoc/>
public class ImpostorTests : Cairn.Tests.ImpostorTests
{
    protected override string Service => "S3";

    protected override Task<StoreDriver> OpenAsync(Uri endpoint) => OpenAsync(endpoint, []);

    private protected static async Task<StoreDriver> OpenAsync(Uri endpoint, (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string> { ["endpoint"] = endpoint.ToString(), ["region"] = "us-east-1", ["access-key"] = "AKIATEST", ["secret-key"] = "secret", ["part-size"] = "5MiB" };
        foreach (var (name, value) in more)
            options[name] = value;
        return await S3Backend.OpenAsync(StoreUri.Parse("s3://bucket/root"), options);
    }
}
