using System.Net;
using Cairn.Providers;
using Google.Apis.Storage.v1.Data;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// Passes on only answers that carry the marks which the service documents: the header that names each request, and in JSON the kind or the generation of a resource. A login page or a proxy that answers 200 in the
/// service's place would otherwise count as content, as an empty listing or as a delete. Emulators, which do not all name requests, are known by the other marks.
/// </summary>
internal sealed class GcsMarks : DelegatingHandler
{
    private const string Name = "x-guploader-uploadid";
    private const string Json = "application/json";

    public GcsMarks(HttpMessageHandler inner)
        : base(inner)
    {
    }

    /// <summary>Refuses what is no resource.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void CheckJson(HttpResponseMessage response)
    {
        if (!IsNamed(response) && response.Content.Headers.ContentType?.MediaType != Json)
            throw Missing(response, $"without {Name} and JSON");
    }

    /// <summary>Refuses what is no object's resource.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void Check(HttpResponseMessage response, StorageObject resource)
    {
        if (!IsNamed(response) && resource.Generation is null)
            throw Missing(response, "without the generation of an object");
    }

    /// <summary>Refuses what is no page of a listing.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void Check(HttpResponseMessage response, Objects page)
    {
        if (page.Kind != "storage#objects")
            throw Missing(response, "with JSON that is no listing of objects");
    }

    /// <summary>Refuses what does not say how far a copy is.</summary>
    /// <exception cref="StoreException">InvalidConfiguration.</exception>
    public static void Check(HttpResponseMessage response, RewriteResponse answer)
    {
        if (!IsNamed(response) && answer.Kind != "storage#rewriteResponse")
            throw Missing(response, "with JSON that tells of no copy");
    }

    /// <summary>Refuses what does not tell of a delete: 204, or from emulators JSON that holds nothing.</summary>
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

    /// <summary>Whether an answer without a name has another mark; of those in JSON the reader of the JSON decides, and of other services' (tokens) nobody.</summary>
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

    /// <summary>Marks a request for content by the XML API, whose address does not tell.</summary>
    public static HttpRequestOptionsKey<bool> IsXml { get; } = new("cairn.xml");

    private static bool IsNamed(HttpResponseMessage response) => response.Headers.NonValidated.Contains(Name);

    private static StoreException Missing(HttpResponseMessage response, string how) =>
        new(new StoreFault(StoreErrorCode.InvalidConfiguration, $"what answers at the endpoint is not Cloud Storage (status {(int)response.StatusCode} {how})")
        {
            Advice = "Check the endpoint, and whether a proxy or a login page answers in its place.",
        });
}
