using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.TestServers.Gcs;

/// <summary>
/// Google Cloud Storage's JSON API in process, on a loopback port: what the public reference says of requests, answers, preconditions, checksums and errors, with
/// objects in memory. Thread-safe. Disposing it ends the server and forgets everything.
/// </summary>
public sealed class GcsFake : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GcsServer _server;

    private GcsFake(WebApplication app, GcsServer server, GcsFakeOptions options)
    {
        (_app, _server, Options) = (app, server, options);
        Endpoint = new Uri(app.Urls.First());
    }

    /// <summary>Where it listens; the value for <c>STORAGE_EMULATOR_HOST</c>.</summary>
    public Uri Endpoint { get; }

    /// <summary>The options it was started with.</summary>
    public GcsFakeOptions Options { get; }

    /// <summary>How many resumable sessions are open: what an abandoned upload leaves behind.</summary>
    public int OpenUploads => _server.Uploads.Open;

    /// <summary>How many access tokens were issued, to see that a client refreshed.</summary>
    public int IssuedTokens => _server.Tokens.Issued;

    /// <summary>Starts a server; <paramref name="port"/> 0 takes a free one.</summary>
    public static async Task<GcsFake> StartAsync(GcsFakeOptions? options = null, int port = 0, CancellationToken cancellationToken = default)
    {
        options ??= new GcsFakeOptions();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "gcs-fake" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        });
        var app = builder.Build();
        var server = new GcsServer(options);
        ((IApplicationBuilder)app).Run(server.HandleAsync);
        await app.StartAsync(cancellationToken);
        return new GcsFake(app, server, options);
    }

    /// <summary>Makes an empty bucket and returns its name, a new one where none is given. <paramref name="location"/> decides whether a rewrite moves bytes.</summary>
    public string CreateBucket(string? name = null, string location = "US", bool versioning = false, bool requesterPays = false)
    {
        var bucket = _server.Buckets.Create(name ?? "bucket-" + Guid.NewGuid().ToString("N")[..12], location);
        (bucket.Versioning, bucket.RequesterPays) = (versioning, requesterPays);
        return bucket.Name;
    }

    /// <summary>The raw names of a bucket's live objects, in UTF-8 order.</summary>
    public IReadOnlyList<string> ObjectNames(string bucket) => _server.Buckets.Find(bucket)?.Names() ?? throw new ArgumentException($"There is no bucket {bucket}.", nameof(bucket));

    /// <summary>Makes a bearer token.</summary>
    public string IssueToken(GcsAccess access = GcsAccess.Full, TimeSpan? lifetime = null) => _server.Tokens.Issue(access, lifetime ?? Options.TokenLifetime);

    /// <summary>Ends the life of every issued token now (one that an account signed itself lives on), as an expiry in the middle of a transfer does.</summary>
    public void RevokeTokens() => _server.Tokens.Revoke();

    /// <summary>Ages every open resumable session beyond its week.</summary>
    public void ExpireUploads() => _server.Uploads.ExpireAll();

    /// <summary>How many bytes a resumable session holds, also while a request is under way.</summary>
    public long PersistedBytes(string session) => _server.Uploads.Persisted(session[(session.LastIndexOf('=') + 1)..]);

    /// <summary>Refuses the next <paramref name="times"/> requests that <paramref name="when"/> (method, raw path) accepts with 408, 429, 500, 503 or 403 as the service words them.</summary>
    public void Refuse(int status, int times = 1, string? retryAfter = null, Func<string, string, bool>? when = null) =>
        _server.Faults.Enqueue(new PlannedFault(status, times, retryAfter, when ?? ((_, _) => true)));

    /// <summary>
    /// Takes the next <paramref name="times"/> requests that <paramref name="when"/> (method, raw path) accepts whole, but carries them out only when <paramref name="until"/> is
    /// complete, even if their clients have gone: a request that timed out and lands late.
    /// </summary>
    public void Hold(Task until, Func<string, string, bool> when, int times = 1) => _server.Holds.Enqueue(new PlannedHold(until, times, when));

    /// <summary>Whether a request is held that has arrived whole.</summary>
    public bool IsHolding => _server.Holds.Any(hold => hold.Waiting > 0);

    /// <summary>Runs until the program is told to end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken = default) => ((IHost)_app).WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
