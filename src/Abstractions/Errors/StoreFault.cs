namespace Cairn;

/// <summary>What a driver makes of an exception of its SDK or system: the code and what a caller may do next.</summary>
/// <param name="Code">The code.</param>
/// <param name="Reason">Why, in a phrase without a final stop and without a secret.</param>
public sealed record StoreFault(StoreErrorCode Code, string Reason)
{
    /// <summary>True when the same call may succeed later. Defaults to true for <see cref="StoreErrorCode.Throttled"/> and <see cref="StoreErrorCode.Unavailable"/>.</summary>
    public bool IsTransient { get; init; } = Code is StoreErrorCode.Throttled or StoreErrorCode.Unavailable;

    /// <summary>How long the store asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The service's name for the failed request; null when there is none.</summary>
    public string? RequestId { get; init; }

    /// <summary>What the user can do about it, as a sentence; null when the code says it all.</summary>
    public string? Advice { get; init; }
}
