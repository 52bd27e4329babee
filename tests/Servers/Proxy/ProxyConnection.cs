using System.Net.Sockets;
using System.Text;

namespace Cairn.TestServers.Proxy;

/// <summary>One client's connection and the one to the server behind it: requests one after the other, each with at most one fault.</summary>
internal sealed class ProxyConnection(FaultProxy proxy, Socket clientSocket)
{
    private readonly BufferedSocket _client = new(clientSocket);
    private BufferedSocket? _server;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            while (await HttpHead.ReadAsync(_client, cancellationToken) is { } head)
                if (!await HandleAsync(head, cancellationToken)) return;
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or InvalidDataException or OperationCanceledException)
        {
            // The peer went away, or the proxy ends: the client sees a broken connection, which is what a proxy can say.
            TryReset();
        }
        finally
        {
            _client.Dispose();
            _server?.Dispose();
        }
    }

    /// <summary>Whether the connection goes on.</summary>
    private async Task<bool> HandleAsync(HttpHead head, CancellationToken cancellationToken)
    {
        var (fault, place) = proxy.Draw(head.Method, head.Target);
        var exchange = new Exchange(head, fault, place);
        proxy.Tally.Arrived(head.Method);
        try
        {
            return await ExchangeAsync(exchange, cancellationToken);
        }
        finally
        {
            End(exchange);
        }
    }

    private async Task<bool> ExchangeAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        var (head, fault) = (exchange.Head, exchange.Fault);
        if (proxy.Options.Latency > TimeSpan.Zero) await Task.Delay(proxy.Options.Latency, cancellationToken);
        if (fault == FaultKind.ResetBeforeBody) return Reset(exchange);
        // The proxy promises for the server, whose own 100 it then swallows.
        if ((head.Field("Expect") ?? "").Contains("100-continue", StringComparison.OrdinalIgnoreCase)) await _client.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
        switch (fault)
        {
            case FaultKind.Status500 or FaultKind.Status503 or FaultKind.Status429:
                await DrainAsync(exchange.RequestBody, cancellationToken);
                await AnswerAsync(exchange, fault switch { FaultKind.Status500 => 500, FaultKind.Status503 => 503, _ => 429 }, cancellationToken);
                return !head.ClosesAfter;
            case FaultKind.ResetAfterBody:
                await DrainAsync(exchange.RequestBody, cancellationToken);
                return Reset(exchange);
            case FaultKind.Duplicate when exchange.RequestBody.Length is { } length && length <= proxy.Options.DuplicateUpTo:
                return await DuplicateAsync(exchange, cancellationToken);
            case FaultKind.FlipRequest when exchange.RequestBody.Length is > 0 and { } length:
                exchange.RequestBody.Flip = (long)(exchange.Place * length);
                break;
        }
        var server = await ServerAsync(cancellationToken);
        await server.SendAsync(head.Bytes, cancellationToken);
        proxy.Tally.Delivered();
        // The answer may come before the request's end: a refusal without reading.
        var sending = RelayRequestAsync(exchange, server, cancellationToken);
        bool goesOn = await RelayResponseAsync(exchange, server, cancellationToken);
        if (!sending.IsCompletedSuccessfully)
        {
            goesOn = false;
            Drop();
            await _client.CloseAsync();
            await Task.WhenAny(sending);
        }
        return goesOn;
    }

    private async Task<bool> DuplicateAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        var request = new MemoryStream();
        request.Write(exchange.Head.Bytes);
        await DrainAsync(exchange.RequestBody, cancellationToken, request);
        var bytes = request.GetBuffer().AsMemory(0, (int)request.Length);
        using (var first = await ConnectAsync(cancellationToken))
        {
            await first.SendAsync(bytes, cancellationToken);
            proxy.Tally.Delivered();
            proxy.Tally.Up(exchange.Head.Method, exchange.RequestBody.Payload);
            var lost = await FinalHeadAsync(first, cancellationToken);
            await DrainAsync(lost.ResponseBody(exchange.Head.Method), cancellationToken, from: first);
        }
        Strike(exchange);
        var server = await ServerAsync(cancellationToken);
        await server.SendAsync(bytes, cancellationToken);
        proxy.Tally.Delivered();
        proxy.Tally.Up(exchange.Head.Method, exchange.RequestBody.Payload);
        return await RelayResponseAsync(exchange, server, cancellationToken);
    }

    private async Task RelayRequestAsync(Exchange exchange, BufferedSocket server, CancellationToken cancellationToken)
    {
        var body = exchange.RequestBody;
        while (!body.IsDone)
        {
            if (_client.Buffered.IsEmpty && await _client.FillAsync(cancellationToken) == 0) throw new EndOfStreamException("The client closed in the middle of its request.");
            long before = body.Payload;
            int take = body.Advance(_client.Buffered.Span);
            if (body.Flipped) Strike(exchange);
            await proxy.Up.PassAsync(take, cancellationToken);
            proxy.Tally.Up(exchange.Head.Method, body.Payload - before);
            await server.SendAsync(_client.Buffered[..take], cancellationToken);
            _client.Consume(take);
        }
    }

    private async Task<bool> RelayResponseAsync(Exchange exchange, BufferedSocket server, CancellationToken cancellationToken)
    {
        var head = await FinalHeadAsync(server, cancellationToken);
        var body = head.ResponseBody(exchange.Head.Method);
        switch (exchange.Fault)
        {
            case FaultKind.ResetBeforeResponse:
                Drop();
                return Reset(exchange);
            case FaultKind.DropResponse:
                await DrainAsync(body, cancellationToken, from: server);
                Strike(exchange);
                End(exchange);
                Drop();
                await _client.CloseAsync();
                return false;
        }
        long? cut = Cut(exchange, body);
        if (exchange.Fault == FaultKind.FlipResponse && !body.IsDone) body.Flip = body.Length is { } length ? (long)(exchange.Place * length) : 0;
        exchange.Status = head.Status;
        if (body.IsDone)
        {
            if (exchange.Fault == FaultKind.Stall) Strike(exchange);
            End(exchange);
        }
        bool shorter = exchange.Fault == FaultKind.WrongLength && cut is not null;
        await _client.SendAsync(shorter ? head.WithLength(cut!.Value) : head.Bytes, cancellationToken);
        if (exchange.Fault == FaultKind.Stall && body.IsDone) await Task.Delay(proxy.Options.StallFor, cancellationToken);

        while (!body.IsDone)
        {
            if (server.Buffered.IsEmpty && await server.FillAsync(cancellationToken) == 0)
            {
                if (!body.EndsWithConnection) throw new EndOfStreamException("The server closed in the middle of its answer.");
                break;
            }
            long before = body.Payload;
            int take = body.Advance(server.Buffered.Span);
            if (body.Flipped) Strike(exchange);
            long gained = body.Payload - before;
            if (cut is { } end && body.Payload >= end && !exchange.Struck)
            {
                // For a chunked body the cut is approximate: behind the bytes at hand.
                int kept = body.Length is null ? take : (int)(take - (body.Payload - end));
                Strike(exchange);
                CountDown(exchange, gained - (take - kept));
                if (exchange.Fault != FaultKind.Stall) End(exchange);
                await _client.SendAsync(server.Buffered[..kept], cancellationToken);
                if (exchange.Fault != FaultKind.Stall)
                {
                    Drop();
                    if (exchange.Fault == FaultKind.ResetInResponse) return Reset(exchange);
                    await _client.CloseAsync();
                    return false;
                }
                await Task.Delay(proxy.Options.StallFor, cancellationToken);
                CountDown(exchange, take - kept);
                if (body.IsDone) End(exchange);
                await _client.SendAsync(server.Buffered[kept..take], cancellationToken);
                server.Consume(take);
                continue;
            }
            await proxy.Down.PassAsync(take, cancellationToken);
            CountDown(exchange, gained);
            if (body.IsDone) End(exchange);
            await _client.SendAsync(server.Buffered[..take], cancellationToken);
            server.Consume(take);
        }
        if (!head.ClosesAfter && !body.EndsWithConnection) return !exchange.Head.ClosesAfter;
        Drop();
        await _client.CloseAsync();
        return false;
    }

    /// <summary>After how many payload bytes the response breaks; null where it does not.</summary>
    private static long? Cut(Exchange exchange, BodyFramer body)
    {
        if (body.IsDone || exchange.Fault is not (FaultKind.ResetInResponse or FaultKind.TruncateResponse or FaultKind.WrongLength or FaultKind.Stall)) return null;
        if (exchange.Fault == FaultKind.WrongLength && body.Length is null) return null;
        return body.Length is { } length ? (long)(exchange.Place * length) : 1;
    }

    private static async Task<HttpHead> FinalHeadAsync(BufferedSocket server, CancellationToken cancellationToken)
    {
        while (true)
        {
            var head = await HttpHead.ReadAsync(server, cancellationToken) ?? throw new EndOfStreamException("The server closed without an answer.");
            if (head.Status >= 200) return head;
        }
    }

    private async Task DrainAsync(BodyFramer body, CancellationToken cancellationToken, Stream? into = null, BufferedSocket? from = null)
    {
        from ??= _client;
        while (!body.IsDone)
        {
            if (from.Buffered.IsEmpty && await from.FillAsync(cancellationToken) == 0)
            {
                if (body.EndsWithConnection) return;
                throw new EndOfStreamException("The peer closed in the middle of a body.");
            }
            int take = body.Advance(from.Buffered.Span);
            into?.Write(from.Buffered.Span[..take]);
            from.Consume(take);
        }
    }

    private async Task AnswerAsync(Exchange exchange, int status, CancellationToken cancellationToken)
    {
        var (type, text) = proxy.Options.ErrorBody?.Invoke(status) ?? ("text/plain", "");
        byte[] body = exchange.Head.Method == "HEAD" ? [] : Encoding.UTF8.GetBytes(text);
        string reason = status switch { 500 => "Internal Server Error", 503 => "Service Unavailable", _ => "Too Many Requests" };
        string after = status == 500 ? "" : $"Retry-After: {proxy.Options.RetryAfterSeconds}\r\n";
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status} {reason}\r\nContent-Type: {type}\r\n{after}Content-Length: {body.Length}\r\n\r\n");
        exchange.Status = status;
        Strike(exchange);
        End(exchange);
        await _client.SendAsync((byte[])[.. head, .. body], cancellationToken);
    }

    private async Task<BufferedSocket> ServerAsync(CancellationToken cancellationToken)
    {
        if (_server is { IsStale: true }) Drop();
        return _server ??= await ConnectAsync(cancellationToken);
    }

    private async Task<BufferedSocket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(proxy.Target.Host, proxy.Target.Port, cancellationToken);
            return new BufferedSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Drop()
    {
        _server?.Dispose();
        _server = null;
    }

    /// <summary>Counts the fault, before anybody can see it.</summary>
    private void Strike(Exchange exchange)
    {
        if (exchange.Struck) return;
        exchange.Struck = true;
        proxy.Tally.Struck(exchange.Fault);
    }

    private void CountDown(Exchange exchange, long bytes)
    {
        exchange.Received += bytes;
        proxy.Tally.Down(exchange.Head.Method, bytes);
    }

    /// <summary>Records the request, before its client can see the end of it: who has the answer finds the record.</summary>
    private void End(Exchange exchange)
    {
        if (exchange.Ended) return;
        exchange.Ended = true;
        var head = exchange.Head;
        proxy.Tally.Ended(new ProxiedRequest(head.Method, head.Target, exchange.Struck ? exchange.Fault : FaultKind.None, exchange.Status, exchange.RequestBody.Payload, exchange.Received));
    }

    private bool Reset(Exchange exchange)
    {
        Strike(exchange);
        End(exchange);
        _client.Reset();
        return false;
    }

    private void TryReset()
    {
        try { _client.Reset(); }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { Drop(); }
    }

    private sealed class Exchange(HttpHead head, FaultKind fault, double place)
    {
        public HttpHead Head => head;
        public FaultKind Fault => fault;
        public double Place => place;
        public BodyFramer RequestBody { get; } = head.RequestBody();
        public bool Struck { get; set; }
        public bool Ended { get; set; }
        public int Status { get; set; }
        public long Received { get; set; }
    }
}
