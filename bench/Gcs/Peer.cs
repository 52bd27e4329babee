using Google.Cloud.Storage.V1;

namespace Cairn.Bench.Gcs;

/// <summary>Google's own client, used as its documentation shows: one resumable upload, one download, the SDK's settings.</summary>
internal sealed class Peer(string endpoint, string bucket) : IDisposable
{
    private readonly StorageClient _client = new StorageClientBuilder { BaseUri = endpoint + "/storage/v1/", UnauthenticatedAccess = true }.Build();

    public async Task UploadAsync(string file, string name)
    {
        await using var stream = File.OpenRead(file);
        await _client.UploadObjectAsync(bucket, name, null, stream);
    }

    public async Task DownloadAsync(string name, string file)
    {
        await using var stream = File.Create(file);
        await _client.DownloadObjectAsync(bucket, name, stream);
    }

    public async Task PutAsync(string name, byte[] content)
    {
        using var stream = new MemoryStream(content, writable: false);
        await _client.UploadObjectAsync(bucket, name, null, stream);
    }

    public async Task GetAsync(string name)
    {
        using var stream = new MemoryStream();
        await _client.DownloadObjectAsync(bucket, name, stream);
    }

    public async Task<int> ListAsync()
    {
        var count = 0;
        await foreach (var _ in _client.ListObjectsAsync(bucket))
            count++;
        return count;
    }

    public void Dispose() => _client.Dispose();
}
