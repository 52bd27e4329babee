using Amazon.S3.Model;

namespace Cairn.Providers.S3.Tests;

/// <inheritdoc/>
public sealed class UnnamedObjectTests : Cairn.Tests.UnnamedObjectTests, IAsyncDisposable
{
    private string? _bucket;

    public async ValueTask DisposeAsync()
    {
        if (_bucket is not null)
            await S3Backend.RemoveBucketAsync(_bucket);
    }

    protected override async Task<StoreDriver> OpenAsync()
    {
        _bucket = await S3Backend.NewBucketAsync();
        return await S3Backend.OpenAsync(StoreUri.Create("s3", _bucket, "root"), S3Backend.Options(await S3Backend.ServerAsync()));
    }

    protected override async Task PutAsync(string name, byte[] content) =>
        await (await S3Backend.RawAsync()).PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = "root/" + name, InputStream = new MemoryStream(content) }, Cancel);

    protected override Task<byte[]> GetAsync(string name) => S3Backend.ReadAsync(_bucket!, "root/" + name);
}
