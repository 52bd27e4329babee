using System.Net;
using System.Text;
using Cairn.TestServers.Gcs;
using Cairn.TestServers.Proxy;
using Google;
using Google.Cloud.Storage.V1;
using GoogleObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.GoogleClient.Tests;

/// <summary>A fake of its own, a proxy before it that records requests and injects faults, and Google's client for .NET as its package provides it.</summary>
public abstract class ClientTest : IAsyncLifetime
{
    private protected GcsFake Fake { get; private set; } = null!;

    private protected FaultProxy Proxy { get; private set; } = null!;

    private protected StorageClient Client { get; private set; } = null!;

    private protected string Bucket { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The base address of the JSON API, through the proxy.</summary>
    private protected string Api => new Uri(Proxy.Endpoint, "/storage/v1/").AbsoluteUri;

    private protected virtual GcsFakeOptions FakeOptions() => new();

    private protected virtual StorageClient CreateClient() => new StorageClientBuilder { BaseUri = Api, UnauthenticatedAccess = true }.Build();

    public async ValueTask InitializeAsync()
    {
        Fake = await GcsFake.StartAsync(FakeOptions(), cancellationToken: Cancel);
        Proxy = FaultProxy.Start(Fake.Endpoint, new FaultProxyOptions { Record = true, Seed = 7 });
        Bucket = Fake.CreateBucket();
        Client = CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await Proxy.DisposeAsync();
        await Fake.DisposeAsync();
    }

    private protected Task<GoogleObject> PutAsync(string name, byte[] content, UploadObjectOptions? options = null) =>
        Client.UploadObjectAsync(Bucket, name, "text/plain", new MemoryStream(content), options, Cancel);

    private protected Task<GoogleObject> PutAsync(string name, string content = "x", UploadObjectOptions? options = null) => PutAsync(name, Encoding.UTF8.GetBytes(content), options);

    private protected async Task<byte[]> ReadAsync(string name, DownloadObjectOptions? options = null, string? bucket = null)
    {
        var content = new MemoryStream();
        await Client.DownloadObjectAsync(bucket ?? Bucket, name, content, options, Cancel);
        return content.ToArray();
    }

    private protected static async Task<GoogleApiException> FailsAsync(HttpStatusCode status, Func<Task> act)
    {
        var error = await Should.ThrowAsync<GoogleApiException>(act);
        error.HttpStatusCode.ShouldBe(status, error.ToString());
        return error;
    }

    private protected static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
