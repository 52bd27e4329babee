using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>Classifies the SDK's exceptions. The codes are documented in "Error responses" of the S3 API reference.</summary>
internal static partial class S3Errors
{
    public static StoreFault Classify(Exception exception)
    {
        switch (exception)
        {
            case XmlException or AmazonUnmarshallingException:
                return new(StoreErrorCode.Unavailable, "the service's response was damaged or truncated");
            case AmazonServiceException service:
                return FromService(service);
            case AmazonClientException sso when sso.Message.Contains("SSO", StringComparison.Ordinal):
                return NoLogin();
            case AmazonClientException { InnerException: HttpRequestException or IOException } client:
                return FromTransport(client.InnerException!);
            case AmazonClientException client when client.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase):
                return new(StoreErrorCode.Unauthenticated, "no AWS credentials were found")
                {
                    Advice = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, set a profile, or set access-key and secret-key of the store.",
                };
            case ProcessAWSCredentialException or AmazonClientException { InnerException: ProcessAWSCredentialException }:
                return NoCredentials($"the command of 'credential_process' returned no credentials: {FirstLine(exception)}", "Run the command of the profile in a shell to see its output.");
            case AmazonClientException client when client.InnerException is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException:
                return Classify(client.InnerException!);
            // No other files are read after the store is opened.
            case FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException when StoreFaults.FromBaseLibrary(exception).Code != StoreErrorCode.InvalidConfiguration:
                return NoCredentials($"a file of the credentials cannot be read: {FirstLine(exception)}", "Check AWS_WEB_IDENTITY_TOKEN_FILE and the profile.");
            case InvalidOperationException when exception.Message.Contains("WebIdentityTokenFile", StringComparison.Ordinal):
                var file = Environment.GetEnvironmentVariable("AWS_WEB_IDENTITY_TOKEN_FILE");
                return NoCredentials($"the token file of the web identity{(file is null ? "" : $", {file},")} {(file is not null && !File.Exists(file) ? "does not exist" : "cannot be used")}", "Check AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile.");
            case AmazonClientException client:
                return NoCredentials($"the AWS credentials cannot be used: {FirstLine(client)}", "Check the profile, its files, and the AWS_ variables.");
            case OperationCanceledException:
                return new(StoreErrorCode.Unavailable, "the service did not respond in time");
            default:
                return FromTransport(exception);
        }
    }

    public static bool IsMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not "NoSuchBucket";

    /// <summary>Classifies an error in the response to a batch, which has a code but no status.</summary>
    public static StoreFault OfBatch(string code, string? message)
    {
        var status = code switch
        {
            "AccessDenied" => HttpStatusCode.Forbidden,
            "InternalError" => HttpStatusCode.InternalServerError,
            "ServiceUnavailable" => HttpStatusCode.ServiceUnavailable,
            "PreconditionFailed" => HttpStatusCode.PreconditionFailed,
            "NoSuchKey" => HttpStatusCode.NotFound,
            _ => (HttpStatusCode)0,
        };
        return FromService(new AmazonS3Exception(message) { ErrorCode = code, StatusCode = status });
    }

    /// <summary>Refuses an etag that is not a version: S3 interprets <c>*</c> as any version.</summary>
    /// <exception cref="StoreException">PreconditionFailed.</exception>
    public static void ThrowIfNoVersion(WriteMode mode)
    {
        if (mode.ETag is { } etag && !(etag.Length >= 2 && etag[0] == '"' && etag[^1] == '"'))
            throw new StoreException(StoreErrorCode.PreconditionFailed, "the etag is not that of a version");
    }

    /// <summary>Returns true if the service refused a request because its body does not match its checksum.</summary>
    public static bool IsDamagedOnTheWay(AmazonServiceException e) => e.ErrorCode is "BadDigest" or "InvalidDigest" or "XAmzContentChecksumMismatch" or "XAmzContentSHA256Mismatch";

    /// <summary>Returns true if the request collided with another writer and the service asks to send it again.</summary>
    public static bool IsCollision(AmazonServiceException e) => e.ErrorCode is "ConditionalRequestConflict" or "OperationAborted" or "ConcurrentModification";

    /// <summary>
    /// Returns the error that a refused condition means for a write of this mode, or the exception itself if the condition was not the cause.
    /// </summary>
    /// <param name="e">The exception.</param>
    /// <param name="mode">The mode of the write.</param>
    /// <param name="isMultipart">true for a multipart upload, for which a 404 may refer to the upload itself.</param>
    public static Exception OfCondition(Exception e, WriteMode mode, bool isMultipart)
    {
        if (e is not AmazonServiceException service)
            return e;
        var refused = service.StatusCode == HttpStatusCode.PreconditionFailed || IsCollision(service);
        return mode.Kind switch
        {
            WriteModes.CreateNew when refused => Error(StoreErrorCode.AlreadyExists, "it already exists"),
            WriteModes.Match when refused => Error(StoreErrorCode.PreconditionFailed, "it has changed"),
            WriteModes.Match when service.StatusCode == HttpStatusCode.NotFound && service.ErrorCode != "NoSuchBucket" && !(isMultipart && service.ErrorCode == "NoSuchUpload") =>
                Error(StoreErrorCode.PreconditionFailed, "it no longer exists"),
            _ => e,
        };

        StoreException Error(StoreErrorCode code, string reason) => new(new StoreFault(code, reason) { RequestId = RequestIdOf(service) }, e);
    }

    /// <summary>The response of an SSO portal, or an error that the SDK detects before it calls one.</summary>
    private static StoreFault NoLogin() => new(StoreErrorCode.Unauthenticated, "there is no valid login for the SSO profile")
    {
        Advice = "Run 'aws sso login'; add '--profile NAME' unless the profile is the default one.",
    };

    private static StoreFault NoCredentials(string reason, string advice) => new(StoreErrorCode.Unauthenticated, reason) { Advice = advice };

    private static string FirstLine(Exception e) => e.Message.Split('\n', 2)[0].Trim().TrimEnd('.');

    private static string? RequestIdOf(AmazonServiceException e) => string.IsNullOrEmpty(e.RequestId) ? null : e.RequestId;

    private static StoreFault FromService(AmazonServiceException e)
    {
        var fault = (e.ErrorCode, e.StatusCode) switch
        {
            ("NoSuchBucket", _) => new StoreFault(StoreErrorCode.NotFound, "the bucket does not exist") { Advice = "Check the name of the bucket and the endpoint." },
            ("UnauthorizedException" or "InvalidGrantException", _) => NoLogin(),
            ("NoSuchUpload", _) => new(StoreErrorCode.Unavailable, "the multipart upload no longer exists: it was aborted or cleaned up") { IsTransient = false },
            ("RequestTimeTooSkewed", _) => new(StoreErrorCode.Unauthenticated, "this machine's clock differs too much from the service's") { Advice = "Set the clock." },
            ("SignatureDoesNotMatch", _) => new(StoreErrorCode.Unauthenticated, "the secret key is wrong") { Advice = "Check secret-key, or AWS_SECRET_ACCESS_KEY." },
            ("InvalidAccessKeyId", _) => new(StoreErrorCode.Unauthenticated, "the service does not know the access key") { Advice = "Check access-key, or AWS_ACCESS_KEY_ID, and the endpoint." },
            ("ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired", _) => new(StoreErrorCode.Unauthenticated, "the credentials have expired") { Advice = "Renew them." },
            ("InvalidToken", _) => new(StoreErrorCode.Unauthenticated, "the session token is not valid"),
            ("PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException", _) or (_, HttpStatusCode.MovedPermanently) =>
                new(StoreErrorCode.InvalidConfiguration, "the bucket is in another region") { Advice = $"Set the store's region{(RegionOf(e) is { } region ? " to " + region : "")}." },
            ("SlowDown" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" or "Busy", _) or (_, HttpStatusCode.TooManyRequests) =>
                new(StoreErrorCode.Throttled, "the service requests a lower rate"),
            _ when IsDamagedOnTheWay(e) =>
                new(StoreErrorCode.IntegrityFailure, "the data was damaged in transit: it did not match its checksum at the service") { IsTransient = true },
            ("InvalidPart" or "InvalidPartOrder" or "MalformedXML", _) =>
                new(StoreErrorCode.IntegrityFailure, "the request was damaged in transit: the service could not parse it") { IsTransient = true },
            ("InvalidRange", _) or (_, HttpStatusCode.RequestedRangeNotSatisfiable) => new(StoreErrorCode.RangeNotSatisfiable, "the range starts past the end of the file"),
            ("KeyTooLongError", _) => new(StoreErrorCode.PathConflict, "the key is longer than 1,024 bytes, the limit of S3"),
            ("EntityTooLarge", _) => new(StoreErrorCode.Unsupported, "it is larger than the service allows"),
            ("InvalidBucketName", _) => new(StoreErrorCode.InvalidConfiguration, "the name is not a valid bucket name"),
            ("InvalidObjectState", _) => new(StoreErrorCode.Unavailable, "it is in an archive storage class") { IsTransient = false, Advice = "Restore it first." },
            ({ } kms, _) when kms.StartsWith("KMS.", StringComparison.Ordinal) =>
                new(StoreErrorCode.PermissionDenied, "the KMS key cannot be used: " + ServiceWords.Of((int)e.StatusCode, kms, e.Message))
                {
                    Advice = "Check the key's state and policy, and sse-kms-key.",
                },
            (_, HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented) when IsOfChecksum(e) =>
                new(StoreErrorCode.Unsupported, "the service does not support this checksum: " + ServiceWords.Of((int)e.StatusCode, e.ErrorCode, e.Message))
                {
                    Advice = "Open the store with checksum=none.",
                },
            _ when IsCollision(e) => new(StoreErrorCode.Unavailable, "another writer wrote it at the same time"),
            (_, HttpStatusCode.PreconditionFailed) => new(StoreErrorCode.PreconditionFailed, "it has changed"),
            (_, HttpStatusCode.NotModified) => new(StoreErrorCode.PreconditionFailed, "it has changed"),
            (_, HttpStatusCode.NotFound) => new(StoreErrorCode.NotFound, "it does not exist"),
            (_, HttpStatusCode.Unauthorized) => new(StoreErrorCode.Unauthenticated, "the service does not know the caller"),
            (_, HttpStatusCode.Forbidden) => new(StoreErrorCode.PermissionDenied, "access is denied") { Advice = "Check the credentials' permissions on the bucket." },
            (_, HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed) => new(StoreErrorCode.Unsupported, "the service cannot do that"),
            _ when (int)e.StatusCode >= 500 || e.StatusCode == HttpStatusCode.RequestTimeout => new(StoreErrorCode.Unavailable, ServiceWords.Of((int)e.StatusCode, e.ErrorCode, e.Message)),
            _ when e.InnerException is HttpRequestException or IOException => FromTransport(e.InnerException),
            _ => new(StoreErrorCode.Unknown, ServiceWords.Of((int)e.StatusCode, e.ErrorCode, e.Message)),
        };
        return fault with { RequestId = RequestIdOf(e), RetryAfter = fault.Code is StoreErrorCode.Throttled or StoreErrorCode.Unavailable ? RetryAfterOf(e) : null };
    }

    private static bool IsOfChecksum(AmazonServiceException e) =>
        e.ErrorCode is "InvalidArgument" or "InvalidRequest" or "NotImplemented" or "UnsupportedArgument" && e.Message.Contains("checksum", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns true if the credentials have expired.</summary>
    public static bool IsExpired(AmazonServiceException e) => e.ErrorCode is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired";

    /// <summary>Returns the delay that the service requests, or null if there is none.</summary>
    public static TimeSpan? RetryAfterOf(AmazonServiceException e) =>
        e.InnerException is HttpErrorResponseException { Response: { } response }
        && int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>Returns the region that the service names, or null if there is none.</summary>
    private static string? RegionOf(AmazonServiceException e) =>
        e.InnerException is HttpErrorResponseException { Response: { } response } && response.GetHeaderValue("x-amz-bucket-region") is { Length: > 0 } header ? header
        : RegionInWords().Match(e.Message) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("expecting '([a-z0-9-]{1,40})'")]
    private static partial Regex RegionInWords();

    private static StoreFault FromTransport(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(StoreErrorCode.Unavailable, "the service's host name cannot be resolved")
        {
            Advice = "Check the endpoint, the region and the network.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(StoreErrorCode.Unavailable, "no secure connection could be established")
        {
            IsTransient = false,
            Advice = "Check the service's certificate, or add it to the trusted ones with ca-file.",
        },
        HttpRequestException { InnerException: TimeoutException } => new(StoreErrorCode.Unavailable, "the service did not send or receive data for too long"),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(StoreErrorCode.Unavailable, "the service could not be reached") { Advice = "Check the endpoint." },
        HttpRequestException { InnerException: IOException } or IOException and not StoreException and not FileNotFoundException => new(StoreErrorCode.Unavailable, "the connection broke"),
        _ => StoreFaults.FromBaseLibrary(exception),
    };
}
