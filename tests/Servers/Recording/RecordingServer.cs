using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cairn.TestServers.Recording;

/// <summary>A request as it came over the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The raw target; absolute where the client takes the server for a proxy.</param>
/// <param name="Headers">The headers; several of one name are joined by a comma.</param>
/// <param name="Body">The body.</param>
public sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>A header's value; empty where there is none.</summary>
    public string this[string header] => Headers.TryGetValue(header, out var value) ? value : "";
}

/// <summary>What a <see cref="RecordingServer"/> answers.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="ContentType">Its type.</param>
public sealed record Answer(int Status = 200, string Body = "", string ContentType = "application/xml")
{
    /// <summary>More headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>
/// An HTTP/1.1 server that keeps what clients send and answers what a test says: the client's side of a contract, seen on the wire. With TLS it has a certificate of its
/// own for <c>localhost</c>. Thread-safe; disposing it closes what is open.
/// </summary>
public sealed class RecordingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly Func<RecordedRequest, Answer> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _serving;

    private RecordingServer(Func<RecordedRequest, Answer> answer, bool tls)
    {
        _answer = answer;
        _certificate = tls ? MakeCertificate() : null;
        _listener.Start();
        Endpoint = new Uri($"{(tls ? "https://localhost" : "http://127.0.0.1")}:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _serving = ServeAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public Uri Endpoint { get; }

    /// <summary>Every request so far, in the order in which they were answered.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>The certificate to trust, with TLS.</summary>
    public string CertificatePem => _certificate?.ExportCertificatePem() ?? throw new InvalidOperationException("This server speaks no TLS.");

    /// <summary>Starts on a free port.</summary>
    public static RecordingServer Start(Func<RecordedRequest, Answer> answer, bool tls = false) => new(answer, tls);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                open.RemoveAll(static t => t.IsCompleted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or (SocketException or InvalidOperationException) && _stop.IsCancellationRequested)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using var closing = client;
        try
        {
            client.NoDelay = true;
            Stream stream = client.GetStream();
            if (_certificate is { } certificate)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _stop.Token);
                stream = secure;
            }
            await using var disposing = stream;
            while (await ReadAsync(stream, _stop.Token) is { } request)
            {
                _requests.Enqueue(request);
                await WriteAsync(stream, request, _answer(request), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or AuthenticationException)
        {
            // The client went away or did not like the certificate, or the test is over.
            return;
        }
    }

    private static async Task<RecordedRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
                return null;
            head.Add(one[0]);
        }
        var lines = Encoding.Latin1.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines[1..].Select(static l => l.Split(':', 2)).GroupBy(static l => l[0], static l => l[1].Trim(), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static g => g.Key, static g => string.Join(',', g), StringComparer.OrdinalIgnoreCase);
        if (headers.TryGetValue("Expect", out var expect) && expect.Contains("100", StringComparison.Ordinal))
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
        if (headers.ContainsKey("Transfer-Encoding"))
            throw new InvalidDataException("This server takes bodies of known length only.");
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new(first[0], first[1], headers, body);
    }

    private static async Task WriteAsync(Stream stream, RecordedRequest request, Answer answer, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(answer.Body);
        var text = new StringBuilder($"HTTP/1.1 {answer.Status} Answer\r\nContent-Type: {answer.ContentType}\r\n");
        foreach (var (name, value) in answer.Headers)
            text.Append($"{name}: {value}\r\n");
        if (answer.Status != 204 && !answer.Headers.Any(static h => h.Name == "Content-Length"))
            text.Append($"Content-Length: {body.Length}\r\n");
        byte[] head = Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
        await stream.WriteAsync(request.Method == "HEAD" ? head : [.. head, .. body], cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }
}
