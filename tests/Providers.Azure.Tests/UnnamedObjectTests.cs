using Azure.Storage.Sas;

namespace Cairn.Providers.Azure.Tests;

/// <inheritdoc/>
public sealed class UnnamedObjectTests : Cairn.Tests.UnnamedObjectTests, IDisposable
{
    private readonly HttpClient _http = new();
    private string _container = "";

    public void Dispose() => _http.Dispose();

    protected override async Task<StoreDriver> OpenAsync()
    {
        _container = await AzureBackend.NewContainerAsync();
        return await AzureBackend.OpenAsync(StoreUri.Create("az", _container, "root"), AzureBackend.Options(await AzureBackend.ServerAsync()));
    }

    protected override async Task PutAsync(string name, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, await UrlAsync(name)) { Content = new ByteArrayContent(content) };
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        (await _http.SendAsync(request, Cancel)).EnsureSuccessStatusCode();
    }

    protected override async Task<byte[]> GetAsync(string name) => await _http.GetByteArrayAsync(await UrlAsync(name), Cancel);

    /// <summary>The SDK's client drops a slash at the end of a name.</summary>
    private async Task<Uri> UrlAsync(string name)
    {
        var container = await AzureBackend.RawAsync(_container);
        var sas = container.GenerateSasUri(BlobContainerSasPermissions.All, TimeProvider.System.GetUtcNow().AddHours(1));
        return new($"{container.Uri.AbsoluteUri}/root/{name}{sas.Query}");
    }
}
