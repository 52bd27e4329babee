namespace Cairn.Providers.Gcs;

/// <summary>Cancels a request if no data is transferred for too long.</summary>
internal sealed class GcsPatience : IDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly CancellationToken _asked;
    private readonly TimeSpan _timeout;

    public GcsPatience(TimeSpan timeout, CancellationToken cancellationToken)
    {
        (_timeout, _asked) = (timeout, cancellationToken);
        _limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Extend();
    }

    public CancellationToken Token => _limit.Token;

    /// <summary>Restarts the period.</summary>
    public void Extend() => _limit.CancelAfter(_timeout);

    /// <summary>Gets whether this object caused a cancellation.</summary>
    public bool IsOver => _limit.IsCancellationRequested && !_asked.IsCancellationRequested;

    public TimeoutException Over(Exception inner) => new($"No data was transferred for {_timeout.TotalSeconds} s.", inner);

    public void Dispose() => _limit.Dispose();
}
