using System.Net.Sockets;

namespace Cairn.Providers;

/// <summary>The state of contact with a service: whether it has responded since the store was opened, and who is notified of retries.</summary>
/// <remarks>A source file shared by the providers of object stores. Thread-safe.</remarks>
/// <param name="service">The URL of the service, without secrets.</param>
/// <param name="retrying">Called for each request that is retried. Optional.</param>
/// <param name="clock">The clock.</param>
internal sealed class ServiceContact(string service, Action<RetryNotice>? retrying, TimeProvider clock)
{
    private volatile bool _hasAnswered;

    /// <summary>Records a response: the URL is correct, so a later connection failure is an outage.</summary>
    public void Answered() => _hasAnswered = true;

    /// <summary>
    /// Returns true if waiting is unlikely to help: the host name is unknown, or no connection could be established to a service that has never responded.
    /// </summary>
    public bool IsHopeless(Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
                or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData })
                return true;
            // The last case is a connection that took longer than the handler's limit.
            if (!_hasAnswered && e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut }
                or OperationCanceledException { InnerException: TimeoutException })
                return true;
        }
        return false;
    }

    /// <summary>Reports that a request is retried.</summary>
    public void Tell(in RetryBudget budget, bool isHopeless, TimeSpan delay, Func<string> reason) =>
        retrying?.Invoke(new(service, reason(), budget.Failed, delay, clock.GetUtcNow() + budget.Left(isHopeless)));
}
