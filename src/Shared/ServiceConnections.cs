using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Cairn.Providers;

/// <summary>The connections to a cloud's service: many at once, replaced from time to time, with bodies and redirects left as they are.</summary>
/// <remarks>A source file that the providers of object stores share.</remarks>
internal static class ServiceConnections
{
    /// <summary>Creates a handler with its own connection pool.</summary>
    /// <param name="connectTimeout">How long a connection may take to be established.</param>
    /// <param name="proxy">The address of a proxy; null to use the system's.</param>
    /// <param name="trust">The certificates to trust; null to use the system's.</param>
    /// <param name="direct">Patterns of the hosts that are reached without the proxy.</param>
    public static SocketsHttpHandler Create(TimeSpan connectTimeout, string? proxy, X509ChainPolicy? trust, params string[] direct)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            MaxConnectionsPerServer = 256,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = connectTimeout,
        };
        if (proxy is not null)
            handler.Proxy = new WebProxy(proxy, BypassOnLocal: false, direct);
        if (trust is not null)
            handler.SslOptions.CertificateChainPolicy = trust;
        return handler;
    }
}
