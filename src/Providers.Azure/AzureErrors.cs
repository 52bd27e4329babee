using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Core;
using Azure.Identity;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>Classifies the SDK's exceptions. The codes are documented in "Blob service error codes" and "Common REST API error codes".</summary>
internal static class AzureErrors
{
    public static StoreFault Classify(Exception exception)
    {
        switch (exception)
        {
            case StoreException:
                return StoreFaults.FromBaseLibrary(exception);
            // The SDK returns all attempts that failed before any response.
            case AggregateException { InnerExceptions: [.., var last] }:
                return Classify(last);
            case RequestFailedException { Status: > 0 } service:
                return FromService(service);
            case RequestFailedException { InnerException: { } inner }:
                return Classify(inner);
            case AuthenticationFailedException identity:
                return FromIdentity(identity);
            case OperationCanceledException:
                return new(StoreErrorCode.Unavailable, "the service did not respond in time");
            case InvalidOperationException when exception.Message.Contains("TLS", StringComparison.Ordinal):
                return new(StoreErrorCode.InvalidConfiguration, "identities can be used only with https endpoints") { Advice = "Use an https endpoint, or account-key or sas-token." };
            default:
                return FromTransport(exception);
        }
    }

    /// <summary>Returns true if the blob does not exist but its container does.</summary>
    public static bool IsMissing(int status, string? code) => status == (int)HttpStatusCode.NotFound && code is not ("ContainerNotFound" or "ContainerBeingDeleted" or "ResourceNotFound");

    public static bool IsMissing(RequestFailedException e) => IsMissing(e.Status, e.ErrorCode);

    private static StoreFault FromService(RequestFailedException e)
    {
        var fault = (e.ErrorCode, (HttpStatusCode)e.Status) switch
        {
            ("ContainerNotFound", _) => new StoreFault(StoreErrorCode.NotFound, "the container does not exist") { Advice = "Check the name of the container and the account." },
            ("ContainerBeingDeleted", _) => new(StoreErrorCode.NotFound, "the container is being deleted"),
            ("ResourceNotFound", _) => new(StoreErrorCode.NotFound, "the container or the account does not exist") { Advice = "Check the account, the endpoint and the container." },
            ("BlobAlreadyExists", _) => new(StoreErrorCode.AlreadyExists, "it already exists"),
            ("InvalidBlockList", _) => new(StoreErrorCode.Unavailable, "its staged blocks no longer exist: another writer published the file, or they were cleaned up")
            {
                IsTransient = false,
                Advice = "Write the file again.",
            },
            ("InvalidBlobOrBlock" or "InvalidBlockId", _) => new(StoreErrorCode.PathConflict, "another program has staged blocks with names of a different length, or it is not a block blob")
            {
                Advice = "Delete the blob, or wait until its staged blocks are dropped, a week after the last was written.",
            },
            ("InvalidBlobType", _) => new(StoreErrorCode.PathConflict, "it is an append or page blob, which this store does not support"),
            ("Md5Mismatch" or "Crc64Mismatch" or "InvalidMd5" or "InvalidCrc64", _) => Damaged(),
            // Cairn's XML is well-formed when it is sent.
            ("InvalidXmlDocument" or "InvalidXmlNodeValue", _) => Damaged(),
            // The service always states a reason; Azurite does not for a damaged block list.
            (null or "", HttpStatusCode.BadRequest) => new(StoreErrorCode.Unavailable, "the request was refused, and the reason was lost in transit"),
            // The text of Azurite.
            ("InvalidOperation", HttpStatusCode.BadRequest) when e.Message.Contains("contentMD5 doesn't match", StringComparison.Ordinal) => Damaged(),
            ("InvalidRange" or "InvalidPageRange", _) or (_, HttpStatusCode.RequestedRangeNotSatisfiable) => new(StoreErrorCode.RangeNotSatisfiable, "the range starts past the end of the file"),
            ("ServerBusy" or "TooManyRequests", _) or (_, HttpStatusCode.TooManyRequests) => new(StoreErrorCode.Throttled, "the service requests a lower rate"),
            ("AuthenticationFailed", _) => FromAuthentication(e),
            // Azurite's code for the same error, which the service uses for firewalls.
            ("AuthorizationFailure", _) when Says(e, "failed to authenticate") => FromAuthentication(e),
            ("NoAuthenticationInformation", _) => new(StoreErrorCode.Unauthenticated, "the service does not accept anonymous requests") { Advice = "Set a credential of the store." },
            ("AccountIsDisabled", _) => new(StoreErrorCode.PermissionDenied, "the account is disabled"),
            ("AuthorizationPermissionMismatch", _) => new(StoreErrorCode.PermissionDenied, "the identity or signature does not have this permission")
            {
                Advice = "Grant the role Storage Blob Data Contributor, or a signature with more permissions.",
            },
            ("KeyBasedAuthenticationNotPermitted", _) => new(StoreErrorCode.PermissionDenied, "the account does not accept keys") { Advice = "Use an identity." },
            ("PublicAccessNotPermitted", _) => new(StoreErrorCode.PermissionDenied, "the account does not allow anonymous access"),
            ("BlobArchived" or "BlobBeingRehydrated", _) =>
                new(StoreErrorCode.Unavailable, "it is in the archive tier") { IsTransient = false, Advice = "Rehydrate it first, by setting another tier." },
            ("LeaseIdMissing" or "LeaseIdMismatchWithBlobOperation" or "LeaseLost", _) => new(StoreErrorCode.PermissionDenied, "another program holds a lease on it"),
            ("BlobImmutableDueToPolicy", _) => new(StoreErrorCode.PermissionDenied, "a policy makes it immutable"),
            ("InvalidResourceName", _) => new(StoreErrorCode.InvalidConfiguration, "the service does not accept this name of a container or blob"),
            ("RequestBodyTooLarge" or "BlockCountExceedsLimit", _) => new(StoreErrorCode.Unsupported, "it is larger than the service allows"),
            ("DirectoryIsNotEmpty" or "DirectoryNotEmpty", _) => new(StoreErrorCode.PathConflict, "the directory is not empty"),
            ("ResourceTypeMismatch" or "PathConflict", _) => new(StoreErrorCode.PathConflict, ServiceWords.Of(e.Status, e.ErrorCode, e.Message)),
            ("InvalidHeaderValue" or "UnsupportedHeader", _) when Says(e, "crc64") || Says(e, "Content-MD5") =>
                new(StoreErrorCode.Unsupported, "the service does not support this checksum: " + ServiceWords.Of(e.Status, e.ErrorCode, e.Message))
                {
                    Advice = "Open the store with checksum=md5 or checksum=none.",
                },
            ("CannotVerifyCopySource", HttpStatusCode.NotFound) => new(StoreErrorCode.NotFound, "the source does not exist"),
            ("CannotVerifyCopySource", HttpStatusCode.PreconditionFailed) => new(StoreErrorCode.PreconditionFailed, "the source has changed"),
            (_, HttpStatusCode.PreconditionFailed or HttpStatusCode.NotModified) => new(StoreErrorCode.PreconditionFailed, "it has changed"),
            (_, HttpStatusCode.NotFound) => new(StoreErrorCode.NotFound, "it does not exist"),
            (_, HttpStatusCode.Unauthorized) => new(StoreErrorCode.Unauthenticated, "the service does not know the caller"),
            (_, HttpStatusCode.Forbidden) => new(StoreErrorCode.PermissionDenied, "access is denied") { Advice = "Check the credential's permissions, and the account's firewall." },
            ("FeatureNotSupported", _) or (_, HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed) => new(StoreErrorCode.Unsupported, "the service cannot do that"),
            _ when e.Status >= 500 || e.Status == (int)HttpStatusCode.RequestTimeout => new(StoreErrorCode.Unavailable, ServiceWords.Of(e.Status, e.ErrorCode, e.Message)),
            _ => new(StoreErrorCode.Unknown, ServiceWords.Of(e.Status, e.ErrorCode, e.Message)),
        };
        var response = e.GetRawResponse();
        // The service uses 503 for exceeded limits of an account; only a requested delay distinguishes it from a failure.
        var wait = response?.Headers is { } headers ? RetryAfter(headers) : null;
        if (fault.Code == StoreErrorCode.Unavailable && e.Status == (int)HttpStatusCode.ServiceUnavailable && wait is not null)
            fault = new(StoreErrorCode.Throttled, "the service requests a lower rate");
        return fault with { RequestId = RequestId(response), RetryAfter = wait };
    }

    private static StoreFault Damaged() => new(StoreErrorCode.IntegrityFailure, "the data was damaged in transit: it did not match its checksum at the service") { IsTransient = true };

    private static StoreFault FromAuthentication(RequestFailedException e)
    {
        if (Says(e, "Signature not valid in the specified time frame") || Says(e, "expired"))
            return new(StoreErrorCode.Unauthenticated, "the shared access signature or token is not valid at this time") { Advice = "Check its dates, and this machine's clock." };
        if (Says(e, "date header") || Says(e, "Request date"))
            return new(StoreErrorCode.Unauthenticated, "this machine's clock differs too much from the service's") { Advice = "Set the clock." };
        return new(StoreErrorCode.Unauthenticated, "the service refused the credential: the account key or signature is wrong")
        {
            Advice = "Check account-key, sas-token or AZURE_STORAGE_CONNECTION_STRING, and that the key belongs to the account.",
        };
    }

    private static StoreFault FromIdentity(AuthenticationFailedException e) => AzureCredentialFiles.Problem(Environment.GetEnvironmentVariable) is { } problem
        ? new(StoreErrorCode.Unauthenticated, problem) { Advice = "Correct or remove the variable." }
        : e is CredentialUnavailableException
        ? new(StoreErrorCode.Unauthenticated, "no Azure credential was found")
        {
            Advice = "Set AZURE_STORAGE_CONNECTION_STRING, sign in (az login), or set account-key, sas-token or managed-identity of the store.",
        }
        : new(StoreErrorCode.Unauthenticated, "the identity could not sign in") { Advice = "Check AZURE_CLIENT_ID, AZURE_TENANT_ID and the identity's secret or certificate." };

    private static StoreFault FromTransport(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            or HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } } =>
                new(StoreErrorCode.Unavailable, "the service's host name cannot be resolved")
                {
                    Advice = "Check the account, the endpoint and the network.",
                },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or AuthenticationException => new(StoreErrorCode.Unavailable, "no secure connection could be established")
        {
            IsTransient = false,
            Advice = "Check the service's certificate, or add it to the trusted ones with ca-file.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(StoreErrorCode.Unavailable, "the service could not be reached") { Advice = "Check the endpoint." },
        HttpRequestException { InnerException: IOException } or (IOException and not FileNotFoundException and not DirectoryNotFoundException and not PathTooLongException) =>
            new(StoreErrorCode.Unavailable, "the connection broke"),
        _ => StoreFaults.FromBaseLibrary(exception),
    };

    private static bool Says(RequestFailedException e, string words) => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static string? RequestId(Response? response) =>
        response is not null && response.Headers.TryGetValue("x-ms-request-id", out var id) && !string.IsNullOrEmpty(id) ? id : null;

    public static TimeSpan? RetryAfter(ResponseHeaders headers)
    {
        if (headers.TryGetValue("x-ms-retry-after-ms", out var text) && double.TryParse(text, CultureInfo.InvariantCulture, out var milliseconds))
            return TimeSpan.FromMilliseconds(milliseconds);
        return headers.TryGetValue("Retry-After", out text) && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
    }
}

/// <summary>Reads the error code, which is in a header, and the message.</summary>
internal sealed class AzureErrorDetails : RequestFailedDetailsParser
{
    public static AzureErrorDetails Instance { get; } = new();

    public override bool TryParse(Response response, [NotNullWhen(true)] out ResponseError? error, out IDictionary<string, string>? data)
    {
        data = null;
        error = response.Headers.TryGetValue("x-ms-error-code", out var code) ? new(code, Words(response)) : null;
        return error is not null;
    }

    private static string Words(Response response)
    {
        var text = response.ContentStream is MemoryStream { Length: < 1 << 16 } ? response.Content.ToString() : "";
        var (from, to) = (text.IndexOf("<Message>", StringComparison.Ordinal), text.IndexOf("</Message>", StringComparison.Ordinal));
        return from >= 0 && to > from ? WebUtility.HtmlDecode(text[(from + "<Message>".Length)..to]) : response.ReasonPhrase;
    }
}
