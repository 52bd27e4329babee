using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cairn.Providers.Gcs.Tests;

/// <summary>A web server that is no Cloud Storage: it answers 404 with a page, and remembers who asked.</summary>
internal sealed class HeaderServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HeaderServer(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.First();

    public ConcurrentQueue<string> UserAgents { get; } = [];

    public static async Task<HeaderServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "other" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new HeaderServer(app);
        ((IApplicationBuilder)app).Run(async context =>
        {
            server.UserAgents.Enqueue(context.Request.Headers.UserAgent.ToString());
            context.Response.StatusCode = 404;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html><body>Not here.</body></html>");
        });
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
