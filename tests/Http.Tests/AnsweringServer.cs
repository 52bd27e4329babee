using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Cairn.Plugins.Http.Tests;

/// <summary>A server in this process that answers as a test says, and keeps what it was asked.</summary>
internal sealed class AnsweringServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AnsweringServer(WebApplication app) => _app = app;

    public ConcurrentQueue<(string Method, string Path, string Authorization)> Asked { get; } = [];

    public Uri Endpoint => new(_app.Urls.Single());

    public static async Task<AnsweringServer> StartAsync(RequestDelegate answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, o =>
        {
            o.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
                o.UseHttps(certificate);
        }));
        var app = builder.Build();
        var server = new AnsweringServer(app);
        app.Run(context =>
        {
            server.Asked.Enqueue((context.Request.Method, context.Request.Path, context.Request.Headers.Authorization.ToString()));
            return answer(context);
        });
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
