using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Cairn.Providers;

namespace Cairn.Conformance.Tests.Presigning;

/// <summary>What a presigning server forgets to check.</summary>
[Flags]
public enum Forgotten
{
    /// <summary>Nothing: it is sound.</summary>
    None = 0,

    /// <summary>Whether the URL has expired.</summary>
    Expiry = 1,

    /// <summary>Whether the URL is for this verb.</summary>
    Verb = 2,

    /// <summary>Whether the URL is for this file.</summary>
    Path = 4,
}

/// <summary>Gives any driver presigned URLs, served by a small web server on this machine: what the presign suite is tried on.</summary>
internal sealed class PresigningDriver : DelegatingStoreDriver
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly HttpListener _listener;
    private readonly Forgotten _forgotten;
    private readonly Task _serving;

    public PresigningDriver(StoreDriver inner, Forgotten forgotten = Forgotten.None)
        : base(inner)
    {
        _forgotten = forgotten;
        for (var tries = 0; ; tries++)
        {
            Address = $"http://127.0.0.1:{FreePort()}/";
            // One that failed to start is disposed by that.
            _listener = new();
            _listener.Prefixes.Add(Address);
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 20)
            {
                // Somebody else took the port meanwhile: the next one.
            }
        }
        _serving = ServeAsync();
    }

    public override StoreCapabilities Capabilities => Inner.Capabilities with { Presign = true };

    private string Address { get; }

    public override ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = string.Join('/', request.Path.Segments.Select(Uri.EscapeDataString));
        var until = (DateTimeOffset.UtcNow + request.Lifetime).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        return new(new Uri($"{Address}{path}?until={until}&signature={Sign(request.Access, request.Path, until)}"));
    }

    public override async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
        await base.DisposeAsync();
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private string Sign(PresignAccess access, StorePath path, string until)
    {
        var what = $"{(_forgotten.HasFlag(Forgotten.Verb) ? "" : access)}\n{(_forgotten.HasFlag(Forgotten.Path) ? "" : path)}\n{until}";
        return Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(what)));
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var (status, body) = await AnswerAsync(context);
            // All that is said of the body is said before it: with the last byte the answer is over.
            context.Response.StatusCode = (int)status;
            context.Response.ContentLength64 = body.Length;
            await context.Response.OutputStream.WriteAsync(body);
            context.Response.Close();
        }
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> AnswerAsync(HttpListenerContext context)
    {
        var raw = context.Request.RawUrl!.Split('?')[0].TrimStart('/');
        StorePath path = string.Join('/', raw.Split('/').Select(Uri.UnescapeDataString));
        var access = context.Request.HttpMethod == "PUT" ? PresignAccess.Write : PresignAccess.Read;
        var until = context.Request.QueryString["until"]!;
        if (context.Request.QueryString["signature"] != Sign(access, path, until))
            return (HttpStatusCode.Forbidden, []);
        if (!_forgotten.HasFlag(Forgotten.Expiry) && DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > long.Parse(until, CultureInfo.InvariantCulture))
            return (HttpStatusCode.Forbidden, []);
        if (access == PresignAccess.Write)
        {
            var content = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(content);
            await using var upload = await Inner.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), CancellationToken.None);
            await upload.CompleteAsync(new UploadPart(0, 0, content.ToArray()), CancellationToken.None);
            return (HttpStatusCode.OK, []);
        }
        if (await Inner.StatAsync(path, CancellationToken.None) is null)
            return (HttpStatusCode.NotFound, []);
        await using var read = await Inner.OpenReadAsync(new ReadRequest(path), CancellationToken.None);
        var whole = new MemoryStream();
        await read.Content.CopyToAsync(whole);
        return (HttpStatusCode.OK, whole.ToArray());
    }
}
