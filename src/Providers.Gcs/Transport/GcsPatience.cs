namespace Cairn.Providers.Gcs;

/// <summary>Cancels when nothing has moved for too long.</summary>
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

    /// <summary>Begins the wait anew.</summary>
    public void Extend() => _limit.CancelAfter(_timeout);

    /// <summary>Whether a cancellation is this one's doing.</summary>
    public bool IsOver => _limit.IsCancellationRequested && !_asked.IsCancellationRequested;

    public TimeoutException Over(Exception inner) => new($"Nothing moved for {_timeout.TotalSeconds} s.", inner);

    public void Dispose() => _limit.Dispose();
}
