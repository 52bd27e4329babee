namespace Cairn.Layers;

/// <summary>The options of <see cref="ThrottleDriver"/>. A limit that is null does not apply.</summary>
public sealed record ThrottleOptions
{
    /// <summary>Gets the maximum number of concurrent calls; at least 1.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Gets the maximum number of calls per second, which can start at the same time. Greater than 0.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>
    /// Gets the maximum number of content bytes per second in both directions together, which can be transferred at the same time. Greater than 0.
    /// </summary>
    public long? BytesPerSecond { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency ?? 1, 1, nameof(MaxConcurrency));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(RequestsPerSecond ?? 1, nameof(RequestsPerSecond));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BytesPerSecond ?? 1, nameof(BytesPerSecond));
    }
}
