using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Cairn.Providers.Azure.Tests;

/// <summary>Does Put Block From URL, which Azurite cannot, before it: reads the range from the source as the service would, without the request's credential, and stages it.</summary>
internal sealed class BlockCopies(BlobContainerClient container)
{
    private static readonly HttpClient _http = new();
    private int _copied;

    public int Copied => _copied;

    public HttpMessageHandler Over(HttpMessageHandler inner) => new Handler(this, inner);

    private async Task<HttpResponseMessage> CopyAsync(HttpRequestMessage request, string source, CancellationToken cancellationToken)
    {
        using var read = new HttpRequestMessage(HttpMethod.Get, source);
        read.Headers.Add("x-ms-range", request.Headers.GetValues("x-ms-source-range"));
        read.Headers.TryAddWithoutValidation("If-Match", request.Headers.GetValues("x-ms-source-if-match"));
        using var answer = await _http.SendAsync(read, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            return new(answer.StatusCode) { Headers = { { "x-ms-error-code", "CannotVerifyCopySource" } } };
        var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(static p => p.Split('=', 2)).ToDictionary(static p => p[0], static p => Uri.UnescapeDataString(p[1]));
        var name = Uri.UnescapeDataString(request.RequestUri.AbsolutePath.Split('/', 4)[3]);
        using var bytes = new MemoryStream(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        try
        {
            await container.GetBlockBlobClient(name).StageBlockAsync(query["blockid"], bytes, (BlockBlobStageBlockOptions?)null, cancellationToken);
        }
        catch (RequestFailedException e)
        {
            return new((HttpStatusCode)e.Status);
        }
        Interlocked.Increment(ref _copied);
        return new(HttpStatusCode.Created) { Content = new ByteArrayContent([]), Headers = { { "x-ms-request-id", "r1" } } };
    }

    private sealed class Handler(BlockCopies copies, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.Headers.TryGetValues("x-ms-copy-source", out var source) && request.RequestUri!.Query.Contains("comp=block&", StringComparison.Ordinal)
                ? copies.CopyAsync(request, source.Single(), cancellationToken)
                : base.SendAsync(request, cancellationToken);
    }
}
