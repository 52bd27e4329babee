namespace Cairn.Layers;

/// <summary>What <see cref="ThrottleDriver"/> allows; null is without a limit.</summary>
public sealed record ThrottleOptions
{
    /// <summary>How many calls may be under way at the same time; at least 1.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>How many calls may begin in a second; up to a second's worth may begin at once. Above 0.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>How many content bytes may move in a second, in both directions together; up to a second's worth may move at once. Above 0.</summary>
    public long? BytesPerSecond { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency ?? 1, 1, nameof(MaxConcurrency));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RequestsPerSecond ?? 1, nameof(RequestsPerSecond));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BytesPerSecond ?? 1, nameof(BytesPerSecond));
    }
}
