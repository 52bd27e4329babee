namespace Cairn.TestServers.Proxy;

/// <summary>When a fault strikes.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Probability">Of each request that fits, from 0 to 1.</param>
public sealed record FaultRule(FaultKind Kind, double Probability = 1)
{
    /// <summary>Which requests fit, by method and raw target; all by default.</summary>
    public Func<string, string, bool>? When { get; init; }

    /// <summary>How often it strikes at most; without limit by default.</summary>
    public int? Times { get; init; }

    /// <summary>How many requests that fit are let pass first.</summary>
    public int Skip { get; init; }
}

/// <summary>How a <see cref="FaultProxy"/> behaves. The defaults pass everything through.</summary>
public sealed class FaultProxyOptions
{
    /// <summary>The seed of every decision, in the order in which requests arrive; a new one where none is given, told by <see cref="FaultProxy.Seed"/>.</summary>
    public int? Seed { get; init; }

    /// <summary>The rules; at most one fault strikes a request, the first that is drawn.</summary>
    public IList<FaultRule> Rules { get; } = [];

    /// <summary>The value of Retry-After of a 503 or 429, in seconds; 0 by default, so that tests need not wait.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>How long <see cref="FaultKind.Stall"/> lasts; 2 s by default.</summary>
    public TimeSpan StallFor { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What each request waits before it is sent on: one round trip.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Bytes per second in each direction, over all connections together; 0 is without limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>The largest body that <see cref="FaultKind.Duplicate"/> repeats (it must be held); larger requests pass once. 64 MiB by default.</summary>
    public long DuplicateUpTo { get; init; } = 64 << 20;

    /// <summary>The body of a 500, 503 or 429 as the service in front of which the proxy stands would word it (status to content type and text); empty by default.</summary>
    public Func<int, (string ContentType, string Body)>? ErrorBody { get; init; }

    /// <summary>Whether to keep a record of each request, for <see cref="FaultProxy.Requests"/>; false by default.</summary>
    public bool Record { get; init; }
}
