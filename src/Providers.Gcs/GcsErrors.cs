using System.Net;
using System.Text.Json;
using Cairn.Providers;
using Google;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;

namespace Cairn.Providers.Gcs;

/// <summary>Classifies failures. The reasons are documented in "HTTP status and error codes" of the JSON API.</summary>
internal static class GcsErrors
{
    public static StoreFault Classify(Exception exception) => exception switch
    {
        GoogleApiException { Error: GcsError error } e => FromService(e.HttpStatusCode, error),
        // The SDK wraps the refusal of a whole batch in this way.
        HttpRequestException { InnerException: GoogleApiException e } => Classify(e),
        TokenResponseException e => FromTokens(e),
        SubjectTokenException => new(StoreErrorCode.Unauthenticated, "the token for the identity of this workload could not be obtained") { Advice = "Check the credential_source of the credentials' configuration." },
        GoogleApiException or JsonException => new(StoreErrorCode.Unavailable, "the service's response could not be parsed"),
        OperationCanceledException => new(StoreErrorCode.Unavailable, "the service did not respond in time"),
        _ => FromTransport(exception),
    };

    /// <summary>Returns true if an object does not exist, in contrast to its bucket or the service.</summary>
    public static bool IsMissing(GoogleApiException e) => e is { HttpStatusCode: HttpStatusCode.NotFound, Error: GcsError { IsOfService: true } error } && !IsBucketMissing(error);

    /// <summary>Creates an error that the provider derives from a refusal.</summary>
    public static StoreException Of(StoreErrorCode code, string reason, GoogleApiException e) => new(new StoreFault(code, reason) { RequestId = (e.Error as GcsError)?.RequestId }, e);

    private static bool IsBucketMissing(GcsError e) => e.Reason == "NoSuchBucket" || e.Message.Contains("bucket does not exist", StringComparison.OrdinalIgnoreCase);

    private static StoreFault FromService(HttpStatusCode status, GcsError e)
    {
        var fault = (status, e.Reason) switch
        {
            _ when !e.IsOfService => new StoreFault(StoreErrorCode.InvalidConfiguration, $"the server at the endpoint is not Cloud Storage (status {(int)status})") { Advice = "Check the endpoint." },
            (HttpStatusCode.NotFound, _) when IsBucketMissing(e) => new(StoreErrorCode.NotFound, "the bucket does not exist") { Advice = "Check the name of the bucket and the endpoint." },
            (HttpStatusCode.NotFound, _) => new(StoreErrorCode.NotFound, "it does not exist"),
            (HttpStatusCode.TooManyRequests, _) or (_, "rateLimitExceeded" or "userRateLimitExceeded" or "quotaExceeded") => new(StoreErrorCode.Throttled, "the service requests a lower rate"),
            (HttpStatusCode.BadRequest, _) when IsDamaged(e) =>
                new(StoreErrorCode.IntegrityFailure, "the data was damaged in transit: it did not match its checksum at the service") { IsTransient = true },
            (HttpStatusCode.BadRequest, _) when e.IsMute => new(StoreErrorCode.Unavailable, "the service refused the request, and the reason was lost in transit"),
            (HttpStatusCode.BadRequest, _) when e.Reason == "parseError" || e.Message.Contains("Malformed multipart", StringComparison.OrdinalIgnoreCase) =>
                new(StoreErrorCode.IntegrityFailure, "the request was damaged in transit: the service could not parse it") { IsTransient = true },
            (HttpStatusCode.BadRequest, _) when e.Message.Contains("requester pays", StringComparison.OrdinalIgnoreCase) || e.Reason == "UserProjectMissing" =>
                new(StoreErrorCode.InvalidConfiguration, "the bucket requires the requester to pay, but no project is set") { Advice = "Set user-project of the store." },
            (HttpStatusCode.BadRequest, _) when e.Message.Contains("maximum object length", StringComparison.OrdinalIgnoreCase) =>
                new(StoreErrorCode.PathConflict, "the name is longer than 1,024 bytes, the limit of the service"),
            (HttpStatusCode.BadRequest, _) when e.Message.Contains("Invalid object name", StringComparison.OrdinalIgnoreCase) =>
                new(StoreErrorCode.PathConflict, "the service does not support this name"),
            (HttpStatusCode.BadRequest, _) when e.Message.Contains("bucket name", StringComparison.OrdinalIgnoreCase) =>
                new(StoreErrorCode.InvalidConfiguration, "the name is not a valid bucket name"),
            (HttpStatusCode.Unauthorized, "required") =>
                new(StoreErrorCode.Unauthenticated, "the service requires credentials, but none were sent") { Advice = "Set key-file of the store, or GOOGLE_APPLICATION_CREDENTIALS." },
            (HttpStatusCode.Unauthorized, _) => new(StoreErrorCode.Unauthenticated, "the access token has expired or is not valid"),
            (HttpStatusCode.Forbidden, "retentionPolicyNotMet" or "objectUnderActiveHold" or "RetentionPolicyNotMet" or "ObjectUnderActiveHold") =>
                new(StoreErrorCode.PermissionDenied, "it is protected by a retention policy or a hold: " + ServiceWords.Of((int)status, e.Reason, e.Message)),
            (HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, _) when e.Message.Contains("cloudkms", StringComparison.OrdinalIgnoreCase)
                || e.Message.Contains("Cloud KMS", StringComparison.OrdinalIgnoreCase) =>
                new(StoreErrorCode.PermissionDenied, "the KMS key cannot be used: "
                    + ServiceWords.Of((int)status, e.Reason, e.Message))
                { Advice = "Check the key's state, its permissions for the bucket's service agent, and kms-key." },
            (HttpStatusCode.Forbidden, _) => new(StoreErrorCode.PermissionDenied,
                "access is denied")
            { Advice = "Check the account's role on the bucket: reading requires Storage Object Viewer, and writing requires Storage Object User." },
            (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotModified, _) => new(StoreErrorCode.PreconditionFailed, "it has changed"),
            (HttpStatusCode.RequestedRangeNotSatisfiable, _) => new(StoreErrorCode.RangeNotSatisfiable, "the range starts past the end of the file"),
            (HttpStatusCode.Gone, _) => new(StoreErrorCode.Unavailable, "the upload no longer exists: it was cancelled, or it is older than a week") { IsTransient = false },
            (HttpStatusCode.RequestEntityTooLarge, _) => new(StoreErrorCode.Unsupported, "it is larger than the service allows"),
            (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented, _) => new(StoreErrorCode.Unsupported, "the service cannot do that"),
            (HttpStatusCode.RequestTimeout, _) => new(StoreErrorCode.Unavailable, "the service did not receive the request in time"),
            _ when (int)status >= 500 => new(StoreErrorCode.Unavailable, ServiceWords.Of((int)status, e.Reason, WordsOf(e))),
            _ when (int)status is >= 300 and < 400 =>
                new(StoreErrorCode.InvalidConfiguration, $"the endpoint redirects to another URL (status {(int)status}); redirects are not followed") { Advice = "Check the endpoint." },
            _ => new(StoreErrorCode.Unknown, ServiceWords.Of((int)status, e.Reason, WordsOf(e))),
        };
        return fault with { RequestId = e.RequestId, RetryAfter = e.RetryAfter };
    }

    private static string? WordsOf(GcsError e) => e.IsMute ? null : e.Message;

    private static bool IsDamaged(GcsError e) =>
        e.Reason is "BadDigest" or "InvalidDigest" || (e.Message.Contains("doesn't match calculated", StringComparison.OrdinalIgnoreCase)
            && (e.Message.Contains("CRC32C", StringComparison.Ordinal) || e.Message.Contains("MD5", StringComparison.Ordinal)));

    private static StoreFault FromTokens(TokenResponseException e) => e.StatusCode is { } status && ((int)status >= 500 || status == HttpStatusCode.TooManyRequests)
        ? new(StoreErrorCode.Unavailable, $"the credential service responded with status {(int)status}")
        : e.Error?.ErrorDescription?.Contains("reasonable timeframe", StringComparison.OrdinalIgnoreCase) == true
        ? new(StoreErrorCode.Unauthenticated, "this machine's clock differs too much from the service's") { Advice = "Set the clock." }
        : new(StoreErrorCode.Unauthenticated, $"the credentials were refused ({Word(e.Error?.Error)})") { Advice = "Check whether the key was deleted, the login has expired, or this machine's clock is wrong." };

    private static string Word(string? text) => text is { Length: > 0 and < 60 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? text : "no reason given";

    private static StoreFault FromTransport(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(StoreErrorCode.Unavailable, "the service's host name cannot be resolved")
        {
            Advice = "Check the endpoint and the network.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(StoreErrorCode.Unavailable, "no secure connection could be established")
        {
            IsTransient = false,
            Advice = "Check the service's certificate, or add it to the trusted ones with ca-file.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(StoreErrorCode.Unavailable, "the service could not be reached") { Advice = "Check the endpoint." },
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => new(StoreErrorCode.Unavailable, "the proxy refused the connection") { Advice = "Check the proxy." },
        HttpRequestException => new(StoreErrorCode.Unavailable, "the connection broke"),
        EndOfStreamException => new(StoreErrorCode.Unavailable, "the connection ended early"),
        IOException and not StoreException and not FileNotFoundException and not DirectoryNotFoundException and not PathTooLongException => new(StoreErrorCode.Unavailable, "the connection broke"),
        _ => StoreFaults.FromBaseLibrary(exception),
    };
}
