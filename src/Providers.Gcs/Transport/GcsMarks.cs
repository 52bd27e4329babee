using System.Net;
using Cairn.Providers;
using Google.Apis.Storage.v1.Data;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// Accepts only responses with the marks that the service documents: the header that identifies each request and, in JSON, the kind or the generation of a
/// resource. Otherwise, a login page or a proxy that responds with 200 would count as content, an empty listing or a delete. Emulators, which do not all
/// identify requests, are recognized by the other marks.
/// </summary>
internal sealed class GcsMarks : DelegatingHandler
{
    private const string Name = "x-guploader-uploadid";
    private const string Json = "application/json";

    public GcsMarks(HttpMessageHandler inner)
        : base(inner)
    {
    }

    /// <summary>Refuses a response that is not a resource.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void CheckJson(HttpResponseMessage response)
    {
        if (!IsNamed(response) && response.Content.Headers.ContentType?.MediaType != Json)
            throw Missing(response, $"without {Name} and JSON");
    }

    /// <summary>Refuses a response that is not the resource of an object.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void Check(HttpResponseMessage response, StorageObject resource)
    {
        if (!IsNamed(response) && resource.Generation is null)
            throw Missing(response, "without the generation of an object");
    }

    /// <summary>Refuses a response that is not a page of a listing.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void Check(HttpResponseMessage response, Objects page)
    {
        if (page.Kind != "storage#objects")
            throw Missing(response, "with JSON that is not a listing of objects");
    }

    /// <summary>Refuses a response that does not contain the progress of a copy.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void Check(HttpResponseMessage response, RewriteResponse answer)
    {
        if (!IsNamed(response) && answer.Kind != "storage#rewriteResponse")
            throw Missing(response, "with JSON that does not describe a copy");
    }

    /// <summary>Refuses a response that does not confirm a delete: 204 or, from emulators, empty JSON.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void CheckDeleted(HttpResponseMessage response, string body)
    {
        if (!IsNamed(response) && response.StatusCode != HttpStatusCode.NoContent && !(response.Content.Headers.ContentType?.MediaType == Json && body.Trim() is "" or "null" or "{}"))
            throw Missing(response, $"without {Name}");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode || IsNamed(response) || IsGenuine(request, response))
            return response;
        using (response)
            throw Missing(response, $"without {Name}");
    }

    /// <summary>
    /// Returns true if a response without a request id has another mark. The JSON reader checks responses in JSON; responses of other services (tokens) are
    /// not checked.
    /// </summary>
    private static bool IsGenuine(HttpRequestMessage request, HttpResponseMessage response)
    {
        var (path, query) = (request.RequestUri!.AbsolutePath, request.RequestUri.Query);
        if (path.EndsWith("/batch/storage/v1", StringComparison.Ordinal))
            return response.Content.Headers.ContentType?.MediaType == "multipart/mixed";
        if (query.Contains("uploadType=resumable", StringComparison.Ordinal) && request.Method == HttpMethod.Post)
            return response.Headers.Location is not null;
        var isContent = request.Method == HttpMethod.Get && (query.Contains("alt=media", StringComparison.Ordinal) || request.Options.TryGetValue(IsXml, out _));
        return !isContent || response.Headers.NonValidated.Any(static h => h.Key.StartsWith("x-goog-", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Gets the key that marks a request for content through the XML API, which the URL does not reveal.</summary>
    public static HttpRequestOptionsKey<bool> IsXml { get; } = new("cairn.xml");

    private static bool IsNamed(HttpResponseMessage response) => response.Headers.NonValidated.Contains(Name);

    private static StoreException Missing(HttpResponseMessage response, string how) =>
        new(new StoreFault(StoreErrorCode.InvalidConfiguration, $"the server at the endpoint is not Cloud Storage (status {(int)response.StatusCode} {how})")
        {
            Advice = "Check the endpoint, and whether a proxy or a login page responds instead of the service.",
        });
}
