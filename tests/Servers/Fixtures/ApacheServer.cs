namespace Cairn.TestServers.Fixtures;

/// <summary>
/// Apache with mod_dav and directory indexes, as a process whose configuration is made for the run. It is kept for the next test program: each test works in a folder of its own. Below <c>basic</c>
/// and <c>digest</c> it asks for <see cref="User"/> and <see cref="Password"/>. Thread-safe.
/// </summary>
public sealed class ApacheServer
{
    private static readonly OncePerProgram<ApacheServer> _one = new(OpenAsync);

    private ApacheServer(Uri endpoint, string origin, string files) => (Endpoint, Origin, Files) = (endpoint, origin, files);

    /// <summary>The root, without a path.</summary>
    public Uri Endpoint { get; }

    /// <summary>How it was had, for a test run's protocol.</summary>
    public string Origin { get; }

    /// <summary>The user of Basic and Digest authentication.</summary>
    public string User => "cairn";

    /// <summary>The password of <see cref="User"/>: a test's, worth nothing elsewhere.</summary>
    public string Password => "cairn-password";

    /// <summary>The folder that is served, to look at raw names and bytes.</summary>
    public string Files { get; }

    /// <summary>The server; throws <see cref="ServerUnavailableException"/> with the reason where none can be had.</summary>
    public static Task<ApacheServer> StartAsync(CancellationToken cancellationToken = default) => _one.GetAsync(cancellationToken);

    /// <summary>The server, or the reason why there is none.</summary>
    public static Task<ServerAvailability<ApacheServer>> TryStartAsync(CancellationToken cancellationToken = default) => ServerChoice.TryAsync(() => StartAsync(cancellationToken));

    /// <summary>A new empty folder that the server may write into, and its path on the server.</summary>
    /// <param name="below">A folder of the server: none, <c>basic</c> or <c>digest</c>.</param>
    public (string Folder, string Path) MakeFolder(string below = "")
    {
        string path = (below.Length > 0 ? below + "/" : "") + Guid.NewGuid().ToString("n");
        string folder = Path.Join(Files, path);
        Directory.CreateDirectory(folder);
        // The server is another user where the tests are root.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return (folder, path);
    }

    private static async Task<ApacheServer> OpenAsync(CancellationToken cancellationToken)
    {
        var (endpoint, folder, origin) = await ProcessServers.EnsureAsync("apache", "apache-run", ["cairn:cairn-password"], null, cancellationToken);
        return new(endpoint, origin, Path.Join(folder, "files"));
    }
}
