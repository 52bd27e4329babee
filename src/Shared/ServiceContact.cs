using System.Net.Sockets;

namespace Cairn.Providers;

/// <summary>What a store knows of its service: whether it has answered since the store was opened, and who hears of requests that are sent again.</summary>
/// <remarks>A source file that the providers of object stores share. Safe to use from many threads.</remarks>
/// <param name="service">The address of the service, free of secrets.</param>
/// <param name="retrying">Told of each request that is sent again; null for nobody.</param>
/// <param name="clock">The clock.</param>
internal sealed class ServiceContact(string service, Action<RetryNotice>? retrying, TimeProvider clock)
{
    private volatile bool _hasAnswered;

    /// <summary>An answer has come: the address is right, so that a connection which cannot be made any more is an outage.</summary>
    public void Answered() => _hasAnswered = true;

    /// <summary>Whether waiting is not likely to help: the host's name is not known, or no connection could be made to a service that has never answered.</summary>
    public bool IsHopeless(Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData })
                return true;
            // The last is how a connection ends that took longer to make than the handler allows.
            if (!_hasAnswered && e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.TimedOut }
                or OperationCanceledException { InnerException: TimeoutException })
                return true;
        }
        return false;
    }

    /// <summary>Tells that a request is sent again.</summary>
    public void Tell(in RetryBudget budget, bool isHopeless, TimeSpan delay, Func<string> reason) =>
        retrying?.Invoke(new(service, reason(), budget.Failed, delay, clock.GetUtcNow() + budget.Left(isHopeless)));
}
