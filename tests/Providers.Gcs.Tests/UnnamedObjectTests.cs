using Cairn.TestServers.Gcs;

namespace Cairn.Providers.Gcs.Tests;

/// <inheritdoc/>
public sealed class UnnamedObjectTests : Cairn.Tests.UnnamedObjectTests, IAsyncDisposable
{
    private readonly HttpClient _http = new();
    private GcsFake? _fake;
    private string _bucket = "";

    protected override string[] Unnamed => [.. base.Unnamed, "a/./b", "a/../b"];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_fake is not null)
            await _fake.DisposeAsync();
    }

    protected override async Task<StoreDriver> OpenAsync()
    {
        _fake = await GcsFake.StartAsync(cancellationToken: Cancel);
        _bucket = _fake.CreateBucket();
        return await new GcsProvider().OpenAsync(new StoreContext
        {
            Root = StoreUri.Create("gs", _bucket, "root"),
            Options = new Dictionary<string, string> { ["endpoint"] = _fake.Endpoint.OriginalString, ["anonymous"] = "yes" }
        }, Cancel);
    }

    protected override async Task PutAsync(string name, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        (await _http.PostAsync(new Uri(_fake!.Endpoint, $"/upload/storage/v1/b/{_bucket}/o?uploadType=media&name={Uri.EscapeDataString("root/" + name)}"), body, Cancel)).EnsureSuccessStatusCode();
    }

    protected override Task<byte[]> GetAsync(string name) => _http.GetByteArrayAsync(new Uri(_fake!.Endpoint, $"/storage/v1/b/{_bucket}/o/{Uri.EscapeDataString("root/" + name)}?alt=media"), Cancel);
}
