using System.Net.Sockets;

namespace Cairn.TestServers.Fixtures;

/// <summary>Whether a server speaks HTTP.</summary>
internal static class Readiness
{
    private static readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Any answer but an internal error counts: who asks without credentials is refused.</summary>
    public static async Task<bool> AnswersAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        try
        {
            using var reply = await _http.GetAsync(endpoint, cancellationToken);
            return (int)reply.StatusCode < 500;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException || e is TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
