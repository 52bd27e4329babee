using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Cairn.TestServers.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cairn.TestServers.Tests.Proxy;

/// <summary>Each fault before a small server that remembers what it was asked, seen by a raw HttpClient.</summary>
public sealed class FaultProxyTests : IAsyncLifetime
{
    private const int Size = 300_000;
    private static readonly byte[] _content = RandomNumberGenerator.GetBytes(Size);
    private readonly List<(string Method, string Target, string Host, byte[] Body)> _seen = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => { k.Listen(IPAddress.Loopback, 0); k.Limits.MaxRequestBodySize = null; });
        _app = builder.Build();
        ((IApplicationBuilder)_app).Run(async context =>
        {
            if (context.Request.Path == "/refuse")
            {
                context.Response.StatusCode = 412;
                context.Response.Headers.Connection = "close";
                return;
            }
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (_seen) _seen.Add((context.Request.Method, context.Request.Path + context.Request.QueryString, context.Request.Host.Value!, body.ToArray()));
            if (context.Request.Path == "/empty") { context.Response.StatusCode = 204; return; }
            context.Response.Headers.ETag = "\"e\"";
            if (context.Request.Path != "/chunked") context.Response.ContentLength = Size;
            await context.Response.Body.WriteAsync(_content);
        });
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private FaultProxy Start(FaultProxyOptions? options = null, params FaultRule[] rules)
    {
        options ??= new FaultProxyOptions { Seed = 1 };
        foreach (var rule in rules) options.Rules.Add(rule);
        return FaultProxy.Start(new Uri(_app.Urls.First()), options);
    }

    private FaultProxy Start(FaultKind kind) => Start(null, new FaultRule(kind) { Times = 1 });

    private static FaultKind Only(FaultProxy proxy)
    {
        var faults = proxy.Counters.ByFault;
        faults.Count.ShouldBe(1);
        faults.Values.Single().ShouldBe(1);
        return faults.Keys.Single();
    }

    [Theory]
    [InlineData("/plain")]
    [InlineData("/chunked")]
    public async Task Passes_everything_through(string path)
    {
        await using var proxy = Start();
        for (int i = 0; i < 3; i++)
        {
            byte[] body = RandomNumberGenerator.GetBytes(100_000);
            using var reply = await _http.PutAsync(new Uri(proxy.Endpoint, path + "?q=%2F+a"), i == 1 ? new StreamContent(new MemoryStream(body)) : new ByteArrayContent(body));
            (await reply.Content.ReadAsByteArrayAsync()).ShouldBe(_content);
            _seen[i].ShouldSatisfyAllConditions(s => s.Body.ShouldBe(body), s => s.Target.ShouldBe(path + "?q=%2F+a"), s => s.Host.ShouldBe(proxy.Endpoint.Authority));
        }
        var counters = proxy.Counters;
        (counters.Requests, counters.Delivered, counters.Connections, counters.RequestBytes, counters.ResponseBytes, counters.Faults).ShouldBe((3, 3, 1, 300_000, 3 * Size, 0));
        counters.ByMethod["PUT"].ShouldBe((3, 300_000, 3 * Size));
    }

    [Fact]
    public async Task Bodies_without_length_and_answers_without_body_pass()
    {
        await using var proxy = Start();
        using var chunked = new HttpRequestMessage(HttpMethod.Post, new Uri(proxy.Endpoint, "/empty")) { Content = new StreamContent(new MemoryStream(_content)) };
        chunked.Headers.TransferEncodingChunked = true;
        (await _http.SendAsync(chunked)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _seen[0].Body.ShouldBe(_content);
        proxy.Counters.RequestBytes.ShouldBe(Size);
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(proxy.Endpoint, "/plain")));
        head.Content.Headers.ContentLength.ShouldBe(Size);
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/plain"))).ShouldBe(_content);
    }

    [Fact]
    public async Task Expect_continue_is_answered()
    {
        await using var proxy = Start();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(proxy.Endpoint, "/plain")) { Content = new ByteArrayContent(_content) };
        request.Headers.ExpectContinue = true;
        (await _http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _seen[0].Body.ShouldBe(_content);
    }

    [Theory]
    [InlineData(FaultKind.Status500, 500)]
    [InlineData(FaultKind.Status503, 503)]
    [InlineData(FaultKind.Status429, 429)]
    public async Task Statuses(FaultKind kind, int status)
    {
        await using var proxy = Start(new FaultProxyOptions { RetryAfterSeconds = 3, ErrorBody = s => ("application/xml", $"<s>{s}</s>") }, new FaultRule(kind) { Times = 1 });
        using var reply = await _http.PutAsync(new Uri(proxy.Endpoint, "/plain"), new ByteArrayContent(_content));
        ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync()).ShouldBe((status, $"<s>{status}</s>"));
        (reply.Headers.RetryAfter?.Delta?.TotalSeconds).ShouldBe(status == 500 ? null : 3);
        _seen.ShouldBeEmpty();
        Only(proxy).ShouldBe(kind);
        // The connection holds: the body was read.
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/plain"))).ShouldBe(_content);
        (proxy.Counters.Connections, proxy.Counters.Delivered, proxy.Counters.RequestBytes).ShouldBe((1, 1, 0));
    }

    [Theory]
    [InlineData(FaultKind.ResetBeforeBody, false)]
    [InlineData(FaultKind.ResetAfterBody, false)]
    [InlineData(FaultKind.ResetBeforeResponse, true)]
    [InlineData(FaultKind.DropResponse, true)]
    public async Task Connections_break_before_an_answer(FaultKind kind, bool delivered)
    {
        await using var proxy = Start(kind);
        await Should.ThrowAsync<HttpRequestException>(() => _http.PutAsync(new Uri(proxy.Endpoint, "/plain"), new ByteArrayContent(_content)));
        Only(proxy).ShouldBe(kind);
        if (delivered) _seen.Single().Body.ShouldBe(_content);
        else _seen.ShouldBeEmpty();
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/plain"))).ShouldBe(_content);
    }

    [Theory]
    [InlineData(FaultKind.ResetBeforeBody, SocketError.ConnectionReset)]
    [InlineData(FaultKind.ResetAfterBody, SocketError.ConnectionReset)]
    [InlineData(FaultKind.ResetBeforeResponse, SocketError.ConnectionReset)]
    [InlineData(FaultKind.DropResponse, null)]
    public async Task A_reset_is_a_reset_and_a_drop_an_end(FaultKind kind, SocketError? error)
    {
        await using var proxy = Start(kind);
        using var socket = new TcpClient();
        await socket.ConnectAsync(proxy.Endpoint.Host, proxy.Endpoint.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /plain HTTP/1.1\r\nHost: {proxy.Endpoint.Authority}\r\n\r\n"));
        byte[] one = new byte[1];
        if (error is null) (await stream.ReadAsync(one)).ShouldBe(0);
        else (await Should.ThrowAsync<IOException>(() => stream.ReadExactlyAsync(one).AsTask())).InnerException.ShouldBeOfType<SocketException>().SocketErrorCode.ShouldBe(error.Value);
    }

    [Theory]
    [InlineData(FaultKind.ResetInResponse, "/plain")]
    [InlineData(FaultKind.TruncateResponse, "/plain")]
    [InlineData(FaultKind.ResetInResponse, "/chunked")]
    [InlineData(FaultKind.TruncateResponse, "/chunked")]
    public async Task Answers_break_in_their_middle(FaultKind kind, string path)
    {
        await using var proxy = Start(kind);
        using var reply = await _http.GetAsync(new Uri(proxy.Endpoint, path), HttpCompletionOption.ResponseHeadersRead);
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        var got = new MemoryStream();
        await Should.ThrowAsync<Exception>(async () => await (await reply.Content.ReadAsStreamAsync()).CopyToAsync(got));
        got.Length.ShouldBeLessThan(Size);
        _content.AsSpan(0, (int)got.Length).SequenceEqual(got.ToArray()).ShouldBeTrue();
        Only(proxy).ShouldBe(kind);
    }

    [Fact]
    public async Task A_wrong_length_looks_whole()
    {
        await using var proxy = Start(FaultKind.WrongLength);
        using var reply = await _http.GetAsync(new Uri(proxy.Endpoint, "/plain"));
        byte[] got = await reply.Content.ReadAsByteArrayAsync();
        got.Length.ShouldBeLessThan(Size);
        reply.Content.Headers.ContentLength.ShouldBe(got.Length);
        Only(proxy).ShouldBe(FaultKind.WrongLength);
    }

    [Theory]
    [InlineData("/plain")]
    [InlineData("/chunked")]
    public async Task One_byte_of_the_answer_flips(string path)
    {
        await using var proxy = Start(FaultKind.FlipResponse);
        Different(await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, path)), _content).ShouldBe(1);
        Only(proxy).ShouldBe(FaultKind.FlipResponse);
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, path))).ShouldBe(_content);
    }

    [Fact]
    public async Task One_byte_of_the_request_flips()
    {
        await using var proxy = Start(FaultKind.FlipRequest);
        await _http.PutAsync(new Uri(proxy.Endpoint, "/empty"), new ByteArrayContent(_content));
        Different(_seen.Single().Body, _content).ShouldBe(1);
        Only(proxy).ShouldBe(FaultKind.FlipRequest);
    }

    [Fact]
    public async Task What_does_not_apply_is_not_counted()
    {
        await using var proxy = Start(null, new FaultRule(FaultKind.FlipRequest), new FaultRule(FaultKind.FlipResponse));
        (await _http.DeleteAsync(new Uri(proxy.Endpoint, "/empty"))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        proxy.Counters.Faults.ShouldBe(0);
    }

    [Fact]
    public async Task A_duplicate_is_delivered_twice_and_answered_once()
    {
        await using var proxy = Start(FaultKind.Duplicate);
        using var reply = await _http.PutAsync(new Uri(proxy.Endpoint, "/plain?x=1"), new ByteArrayContent(_content));
        (await reply.Content.ReadAsByteArrayAsync()).ShouldBe(_content);
        _seen.Count.ShouldBe(2);
        foreach (var (_, target, host, body) in _seen) (target, host, body.AsSpan().SequenceEqual(_content)).ShouldBe(("/plain?x=1", proxy.Endpoint.Authority, true));
        (proxy.Counters.Requests, proxy.Counters.Delivered, Only(proxy)).ShouldBe((1, 2, FaultKind.Duplicate));
    }

    [Fact]
    public async Task A_large_request_is_not_duplicated()
    {
        await using var proxy = Start(new FaultProxyOptions { DuplicateUpTo = 1000 }, new FaultRule(FaultKind.Duplicate));
        await _http.PutAsync(new Uri(proxy.Endpoint, "/empty"), new ByteArrayContent(_content));
        (_seen.Count, proxy.Counters.Faults).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData("/plain")]
    [InlineData("/empty")]
    public async Task A_stall_holds_until_it_is_over(string path)
    {
        await using var proxy = Start(new FaultProxyOptions { StallFor = Timeout.InfiniteTimeSpan }, new FaultRule(FaultKind.Stall) { Times = 1, When = (_, target) => target == "/plain" });
        if (path == "/empty") { (await _http.GetAsync(new Uri(proxy.Endpoint, path))).StatusCode.ShouldBe(HttpStatusCode.NoContent); return; }
        using var reply = await _http.GetAsync(new Uri(proxy.Endpoint, path), HttpCompletionOption.ResponseHeadersRead);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var got = new MemoryStream();
        await Should.ThrowAsync<OperationCanceledException>(async () => await (await reply.Content.ReadAsStreamAsync(patience.Token)).CopyToAsync(got, patience.Token));
        got.Length.ShouldBeLessThan(Size);
        Only(proxy).ShouldBe(FaultKind.Stall);
    }

    [Fact]
    public async Task A_stall_ends_and_the_answer_is_whole()
    {
        await using var proxy = Start(new FaultProxyOptions { StallFor = TimeSpan.FromMilliseconds(50) }, new FaultRule(FaultKind.Stall));
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/plain"))).ShouldBe(_content);
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/chunked"))).ShouldBe(_content);
        (proxy.Counters.ByFault[FaultKind.Stall], proxy.Counters.ResponseBytes).ShouldBe((2, 2 * Size));
    }

    [Fact]
    public async Task An_answer_before_the_end_of_the_request_arrives()
    {
        await using var proxy = Start();
        using var reply = await _http.PutAsync(new Uri(proxy.Endpoint, "/refuse"), new ByteArrayContent([1, 2, 3]));
        reply.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/plain"))).ShouldBe(_content);
    }

    [Fact]
    public async Task Latency_and_bandwidth_are_at_least_what_was_asked()
    {
        await using var proxy = Start(new FaultProxyOptions { Latency = TimeSpan.FromMilliseconds(30), BytesPerSecond = 1_000_000 });
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        (await _http.GetByteArrayAsync(new Uri(proxy.Endpoint, "/plain"))).ShouldBe(_content);
        // A lower bound only: a busy machine can but be slower.
        System.Diagnostics.Stopwatch.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task The_same_seed_decides_the_same()
    {
        var runs = new List<string>();
        for (int run = 0; run < 2; run++)
        {
            await using var proxy = Start(new FaultProxyOptions { Seed = 42, Record = true }, new FaultRule(FaultKind.Status500, 0.2), new FaultRule(FaultKind.ResetAfterBody, 0.1),
                new FaultRule(FaultKind.DropResponse, 0.1));
            proxy.Seed.ShouldBe(42);
            for (int i = 0; i < 60; i++)
            {
                try { (await _http.GetAsync(new Uri(proxy.Endpoint, "/empty"))).Dispose(); }
                catch (HttpRequestException) when (proxy.Counters.Faults > 0) { continue; }
            }
            while (proxy.Requests.Count < 60) await Task.Delay(5);
            // HttpClient repeats a request by itself when a kept connection breaks before the first byte: there may be more than 60.
            // They are recorded as they end, which two neighbours may do in either order.
            runs.Add(string.Join(' ', proxy.Requests.Take(60).Select(r => r.Fault.ToString()).Order(StringComparer.Ordinal)));
            proxy.Counters.Requests.ShouldBeGreaterThanOrEqualTo(60);
            proxy.Counters.ByFault.Count.ShouldBe(3);
        }
        runs[0].ShouldBe(runs[1]);
    }

    [Fact]
    public async Task Rules_choose_by_request_skip_and_limit()
    {
        await using var proxy = Start(null, new FaultRule(FaultKind.Status503)
        {
            When = (method, target) => method == "GET"
            && target.StartsWith("/empty", StringComparison.Ordinal),
            Skip = 1,
            Times = 2
        });
        var statuses = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            statuses.Add((int)(await _http.GetAsync(new Uri(proxy.Endpoint, "/empty"))).StatusCode);
            (await _http.DeleteAsync(new Uri(proxy.Endpoint, "/empty"))).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
        statuses.ShouldBe([204, 503, 503, 204, 204]);
        proxy.Add(new FaultRule(FaultKind.Status500));
        ((int)(await _http.GetAsync(new Uri(proxy.Endpoint, "/empty"))).StatusCode).ShouldBe(500);
        proxy.Clear();
        ((int)(await _http.GetAsync(new Uri(proxy.Endpoint, "/empty"))).StatusCode).ShouldBe(204);
        proxy.ResetCounters();
        proxy.Counters.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Many_connections_at_once_under_faults_give_whole_answers_or_errors()
    {
        await using var proxy = Start(new FaultProxyOptions { Seed = 7 },
            [.. Enum.GetValues<FaultKind>().Where(k => k is not (FaultKind.None or FaultKind.Stall or FaultKind.FlipResponse or FaultKind.WrongLength)).Select(k => new FaultRule(k, 0.04))]);
        int whole = 0, refused = 0, broken = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, ct) =>
        {
            try
            {
                using var reply = await _http.PutAsync(new Uri(proxy.Endpoint, i % 2 == 0 ? "/plain" : "/chunked"), new ByteArrayContent(new byte[i * 50]), ct);
                byte[] got = await reply.Content.ReadAsByteArrayAsync(ct);
                if (reply.IsSuccessStatusCode) { got.AsSpan().SequenceEqual(_content).ShouldBeTrue(); Interlocked.Increment(ref whole); }
                else Interlocked.Increment(ref refused);
            }
            catch (HttpRequestException) { Interlocked.Increment(ref broken); }
        });
        var counters = proxy.Counters;
        (whole + refused + broken).ShouldBe(400);
        refused.ShouldBe((int)(counters.ByFault.GetValueOrDefault(FaultKind.Status500) + counters.ByFault.GetValueOrDefault(FaultKind.Status503)
            + counters.ByFault.GetValueOrDefault(FaultKind.Status429)));
        broken.ShouldBeGreaterThan(0);
    }

    private static int Different(byte[] a, byte[] b)
    {
        a.Length.ShouldBe(b.Length);
        return a.Where((value, at) => value != b[at]).Count();
    }
}
