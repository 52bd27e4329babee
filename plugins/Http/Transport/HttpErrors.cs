using System.Net;
using Cairn.Providers;

namespace Cairn.Plugins.Http;

/// <summary>Classifies the responses and exceptions of a web server.</summary>
internal static class HttpErrors
{
    /// <summary>Returns the error of a response that is not a success.</summary>
    public static StoreException FromResponse(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var reason = $"the server answered {status} {response.ReasonPhrase}".TrimEnd();
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when response.Headers.Date is { } sent && date > sent => date - sent,
            _ => (TimeSpan?)null,
        };
        var fault = response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new StoreFault(StoreErrorCode.NotFound, "it does not exist"),
            HttpStatusCode.Unauthorized or HttpStatusCode.ProxyAuthenticationRequired => new(StoreErrorCode.Unauthenticated, reason)
            {
                Advice = "Set the store's username and password, or its token.",
            },
            HttpStatusCode.Forbidden => new(StoreErrorCode.PermissionDenied, reason),
            HttpStatusCode.PreconditionFailed => new(StoreErrorCode.PreconditionFailed, "it has changed"),
            HttpStatusCode.RequestedRangeNotSatisfiable => new(StoreErrorCode.RangeNotSatisfiable, "the range starts past its end"),
            HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => new(StoreErrorCode.Unsupported, reason),
            HttpStatusCode.TooManyRequests => new(StoreErrorCode.Throttled, reason),
            HttpStatusCode.Locked => new(StoreErrorCode.Unavailable, "another writer holds a lock on it"),
            HttpStatusCode.RequestTimeout => new(StoreErrorCode.Unavailable, reason),
            _ when status >= 500 => new(StoreErrorCode.Unavailable, reason),
            _ => new(StoreErrorCode.Unknown, reason),
        };
        return new(fault with { RetryAfter = retryAfter });
    }

    /// <summary>Classifies an exception of the HTTP client.</summary>
    public static StoreFault Classify(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(StoreErrorCode.Unavailable, "the host's name cannot be resolved")
        {
            Advice = "Check the host in the store's root.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(StoreErrorCode.Unavailable, "no secure connection could be established")
        {
            IsTransient = false,
            Advice = "Check the server's certificate; ca-file names one to trust.",
        },
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(StoreErrorCode.Unavailable, "the server could not be reached"),
        OperationCanceledException => new(StoreErrorCode.Unavailable, "the server did not answer in time"),
        _ => StoreFaults.FromBaseLibrary(exception),
    };
}
