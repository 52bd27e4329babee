using System.Net;

namespace Cairn.Providers.Gcs;

/// <summary>Cloud Storage refused a request. It is the inner exception of an <see cref="ArtifactStoreException"/>.</summary>
public sealed class GcsException : Exception
{
    internal GcsException(HttpStatusCode status, string? reason, string message)
        : base(message) => (Status, Reason) = (status, reason);

    /// <summary>The status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The service's word for the reason, such as <c>conditionNotMet</c>; null when it gives none.</summary>
    public string? Reason { get; }

    /// <summary>The service's name for the request (<c>x-guploader-uploadid</c>); null when it gives none.</summary>
    public string? RequestId { get; internal init; }

    /// <summary>How long the service asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>True when the refusal's words were lost on the way.</summary>
    internal bool IsMute { get; init; }

    /// <summary>False when the answer does not look like one of Cloud Storage's.</summary>
    internal bool IsOfService { get; init; } = true;
}
