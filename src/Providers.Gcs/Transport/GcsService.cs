using System.Globalization;
using System.Net;
using System.Text.Json;
using Google;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Requests;
using Google.Apis.Storage.v1;
using Google.Apis.Storage.v1.Data;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// The SDK's service for one store. It sends requests that the SDK does not support through the SDK's pipeline, and preserves details of refusals that the
/// SDK drops.
/// </summary>
internal sealed class GcsService : StorageService
{
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _sender;

    private GcsService(Initializer initializer, TimeProvider clock)
        : base(initializer)
    {
        _clock = clock;
        HttpClient.MessageHandler.FollowRedirect = false;
        // The same pipeline without the client's limits, which the limit on time without data replaces.
        _sender = new(HttpClient.MessageHandler, disposeHandler: false);
    }

    /// <summary>Creates the service; the caller performs all retries.</summary>
    public static GcsService Make(GcsOptions options, string endpoint, GcsHttp http, GoogleCredential? credential, TimeProvider clock) => new(
        new Initializer
        {
            HttpClientFactory = http,
            HttpClientInitializer = credential,
            HttpClientTimeout = Timeout.InfiniteTimeSpan,
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
            ApplicationName = options.UserAgent is { } name ? $"cairn {name}" : "cairn",
            BaseUri = endpoint + "/storage/v1/",
            GZipEnabled = false,
            // A long name results in a long URL; by default, the SDK would send it as a POST.
            MaxUrlLength = 0,
        },
        clock);

    /// <summary>Sends a request, and returns the response before its body is read.</summary>
    /// <param name="message">The request, which is disposed.</param>
    /// <param name="accepts">Returns which statuses other than 2xx are not refusals. Optional.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="GoogleApiException">The service refused the request.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, Func<HttpStatusCode, bool>? accepts, CancellationToken cancellationToken)
    {
        using var sent = message;
        var response = await _sender.SendAsync(message, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || accepts?.Invoke(response.StatusCode) == true)
            return response;
        using (response)
            throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request, and parses the response as the resource of an object.</summary>
    public async Task<StorageObject> ResourceAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(message, null, cancellationToken).ConfigureAwait(false);
        return await ReadResourceAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Parses a response as the resource of an object.</summary>
    public static async Task<StorageObject> ReadResourceAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        GcsMarks.CheckJson(response);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var resource = JsonSerializer.Deserialize(body, GcsJson.OfObject) ?? throw new JsonException("The response is null.");
        GcsMarks.Check(response, resource);
        return resource;
    }

    /// <summary>Creates an exception from a refusal, as the SDK's calls do. The caller owns the response.</summary>
    public async Task<GoogleApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return new(Name) { Error = await DeserializeError(response).ConfigureAwait(false), HttpStatusCode = response.StatusCode };
    }

    /// <inheritdoc/>
    public override async Task<T> DeserializeResponse<T>(HttpResponseMessage response)
    {
        // SDK calls without a result, such as a delete.
        if (typeof(T) == typeof(string))
        {
            GcsMarks.CheckDeleted(response, await response.Content.ReadAsStringAsync().ConfigureAwait(false));
            return await base.DeserializeResponse<T>(response).ConfigureAwait(false);
        }
        GcsMarks.CheckJson(response);
        if (typeof(T) == typeof(StorageObject))
            return (T)(object)await ReadResourceAsync(response, CancellationToken.None).ConfigureAwait(false);
        if (typeof(T) == typeof(Objects))
        {
            var page = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false), GcsJson.OfPage) ?? throw new JsonException("The response is null.");
            GcsMarks.Check(response, page);
            return (T)(object)page;
        }
        var value = await base.DeserializeResponse<T>(response).ConfigureAwait(false);
        if (value is RewriteResponse rewrite)
            GcsMarks.Check(response, rewrite);
        return value;
    }

    /// <inheritdoc/>
    public override string SerializeObject(object obj) => obj is StorageObject resource ? JsonSerializer.Serialize(resource, GcsJson.OfObject) : base.SerializeObject(obj);

    /// <summary>
    /// The SDK calls this for every refusal, including those in a batch. The base implementation fails on text that is not Google's JSON, such as that of
    /// the XML API or a gateway.
    /// </summary>
    public override async Task<RequestError> DeserializeError(HttpResponseMessage response)
    {
        var text = (await response.Content.ReadAsStringAsync().ConfigureAwait(false)).Trim();
        var (reason, message) = Parse(text);
        return new GcsError
        {
            Code = (int)response.StatusCode,
            Message = message ?? $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd(),
            Reason = reason,
            RequestId = RequestId(response),
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - _clock.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
                _ => null,
            },
            IsMute = reason is null && message is null,
            IsOfService = reason is not null || RequestId(response) is not null || (int)response.StatusCode is >= 500 or 408 or 429,
        };
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sender.Dispose();
        base.Dispose();
    }

    public static string? Header(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.First() : null;

    private static string? RequestId(HttpResponseMessage response) => Header(response, "x-guploader-uploadid");

    /// <summary>
    /// The JSON API responds with JSON, the XML API with XML, a failed download of the JSON API with plain text, and a gateway with other content.
    /// </summary>
    private static (string? Reason, string? Message) Parse(string text)
    {
        if (text.StartsWith('{'))
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                return document.RootElement.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
                    ? (error.TryGetProperty("errors", out var all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() > 0 ? TextOf(all[0], "reason") ?? "" : "", TextOf(error, "message"))
                    : (null, null);
            }
            catch (JsonException)
            {
                return (null, null);
            }
        }
        if (Between(text, "<Code>", "</Code>") is { } code)
            return (code, WebUtility.HtmlDecode(Between(text, "<Message>", "</Message>")));
        return (null, text.Length is > 0 and < 300 && !text.StartsWith('<') ? text : null);
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? null : text[(start + before.Length)..end];
    }
}

/// <summary>The details of a refusal by Cloud Storage, including those that the SDK's class omits.</summary>
internal sealed class GcsError : RequestError
{
    /// <summary>Gets the reason code of the service, such as <c>conditionNotMet</c>, or null if there is none.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the service's identifier of the request, or null if there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>Gets the delay that the service requests, or null if there is none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets whether the refusal contains no text, perhaps because it was lost in transit.</summary>
    public bool IsMute { get; init; }

    /// <summary>Gets whether the response looks like one of Cloud Storage.</summary>
    public bool IsOfService { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Message} [{Code} {Reason}]");
}
