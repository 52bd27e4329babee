namespace Cairn;

/// <summary>The classification of an exception of an SDK or the system: the code, and what the caller can do.</summary>
/// <param name="Code">The error code.</param>
/// <param name="Reason">The reason, as a phrase without a final period and without secrets.</param>
public sealed record StoreFault(StoreErrorCode Code, string Reason)
{
    /// <summary>
    /// Gets whether the same call may succeed later. Default: true for <see cref="StoreErrorCode.Throttled"/> and <see cref="StoreErrorCode.Unavailable"/>;
    /// otherwise, false.
    /// </summary>
    public bool IsTransient { get; init; } = Code is StoreErrorCode.Throttled or StoreErrorCode.Unavailable;

    /// <summary>Gets the delay that the store requests, or null if it specifies none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets the service's identifier of the failed request, or null if there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>Gets advice for the user as a sentence, or null if the code is sufficient.</summary>
    public string? Advice { get; init; }
}
