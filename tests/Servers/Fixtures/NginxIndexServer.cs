namespace Cairn.TestServers.Fixtures;

/// <summary>nginx that shows directory indexes: HTML, and JSON below <c>json</c>. Kept for the next test program: each test works in a folder of its own. Thread-safe.</summary>
public sealed class NginxIndexServer
{
    private static readonly OncePerProgram<NginxIndexServer> _one = new(OpenAsync);

    private NginxIndexServer(Uri endpoint, string files) => (Endpoint, Files) = (endpoint, files);

    /// <summary>The root, without a path.</summary>
    public Uri Endpoint { get; }

    /// <summary>The folder that is served.</summary>
    public string Files { get; }

    /// <summary>The server; throws <see cref="ServerUnavailableException"/> with the reason where none can be had.</summary>
    public static Task<NginxIndexServer> StartAsync(CancellationToken cancellationToken = default) => _one.GetAsync(cancellationToken);

    private static async Task<NginxIndexServer> OpenAsync(CancellationToken cancellationToken)
    {
        var (endpoint, folder, _) = await ProcessServers.EnsureAsync("nginxindex", "nginx-run", ["", "index"], null, cancellationToken);
        return new(endpoint, Path.Join(folder, "files"));
    }
}
