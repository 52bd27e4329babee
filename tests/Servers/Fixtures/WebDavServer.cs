namespace Cairn.TestServers.Fixtures;

/// <summary>
/// A WebDAV server: the one that CAIRN_TEST_WEBDAV_ENDPOINT names (with …_USER and …_PASSWORD), else nginx as a process, its configuration made for the run. It is
/// kept for the next test program: each test works in a folder of its own. Thread-safe.
/// </summary>
public sealed class WebDavServer
{
    private static readonly OncePerProgram<WebDavServer> _one = new(OpenAsync);

    private WebDavServer(Uri endpoint, string origin, string user, string password, string? files) => (Endpoint, Origin, User, Password, Files) = (endpoint, origin, user, password, files);

    /// <summary>The root collection.</summary>
    public Uri Endpoint { get; }

    /// <summary>How it was had, for a test run's protocol.</summary>
    public string Origin { get; }

    /// <summary>The user of basic authentication.</summary>
    public string User { get; }

    /// <summary>The password of <see cref="User"/>: a test's, worth nothing elsewhere.</summary>
    public string Password { get; }

    /// <summary>The folder that is served, to look at raw names and bytes; null where the server is elsewhere.</summary>
    public string? Files { get; }

    /// <summary>The same server under another address: a proxy before it.</summary>
    public WebDavServer At(Uri endpoint) => new(endpoint, $"{Origin}, through {endpoint.Authority}", User, Password, Files);

    /// <summary>The server; throws <see cref="ServerUnavailableException"/> with the reason where none can be had.</summary>
    public static Task<WebDavServer> StartAsync(CancellationToken cancellationToken = default) => _one.GetAsync(cancellationToken);

    /// <summary>The server, or the reason why there is none.</summary>
    public static Task<ServerAvailability<WebDavServer>> TryStartAsync(CancellationToken cancellationToken = default) => ServerChoice.TryAsync(() => StartAsync(cancellationToken));

    private static Task<WebDavServer> OpenAsync(CancellationToken cancellationToken)
    {
        string user = ServerChoice.Variable("CAIRN_TEST_WEBDAV_USER") ?? "cairn", password = ServerChoice.Variable("CAIRN_TEST_WEBDAV_PASSWORD") ?? "cairn-password";
        return ServerChoice.FirstAsync<WebDavServer>("WebDAV server",
            ("CAIRN_TEST_WEBDAV_ENDPOINT", () => Task.FromResult(ServerChoice.Variable("CAIRN_TEST_WEBDAV_ENDPOINT") is { } set
                ? new WebDavServer(new Uri(set), "CAIRN_TEST_WEBDAV_ENDPOINT", user, password, null) : null)),
            ("process", async () =>
            {
                var (endpoint, folder, origin) = await ProcessServers.EnsureAsync("nginx", "nginx-run", [$"{user}:{password}"], null, cancellationToken);
                return new WebDavServer(endpoint, origin, user, password, Path.Join(folder, "files"));
            }
        ));
    }
}
