using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;

namespace Cairn.TestServers.Proxy;

/// <summary>One request as the proxy saw it. <paramref name="Status"/> is 0 where the client got none.</summary>
public sealed record ProxiedRequest(string Method, string Target, FaultKind Fault, int Status, long RequestBytes, long ResponseBytes);

/// <summary>What passed through so far: a snapshot. Bytes are those of bodies, without heads and chunk framing: up, what the server was sent; down, what the client was sent.</summary>
public sealed record ProxyCounters
{
    /// <summary>Requests that arrived.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that were sent to the server, each delivery of a duplicated one.</summary>
    public long Delivered { get; init; }

    /// <summary>Connections that clients opened.</summary>
    public long Connections { get; init; }

    /// <summary>Body bytes from clients to the server.</summary>
    public long RequestBytes { get; init; }

    /// <summary>Body bytes from the server to clients.</summary>
    public long ResponseBytes { get; init; }

    /// <summary>Requests, request body bytes and response body bytes by method.</summary>
    public required ImmutableSortedDictionary<string, (long Requests, long RequestBytes, long ResponseBytes)> ByMethod { get; init; }

    /// <summary>How often each fault struck. One that did not apply (a byte to flip in an empty body) is not counted.</summary>
    public required ImmutableSortedDictionary<FaultKind, long> ByFault { get; init; }

    /// <summary>All faults together.</summary>
    public long Faults => ByFault.Values.Sum();

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder($"{Requests} requests ({Delivered} delivered) on {Connections} connections, {RequestBytes} body bytes up, {ResponseBytes} down");
        foreach (var (method, count) in ByMethod) text.Append($"\n  {method}: {count.Requests} requests, {count.RequestBytes} up, {count.ResponseBytes} down");
        foreach (var (kind, count) in ByFault) text.Append($"\n  {kind}: {count}");
        return text.ToString();
    }
}

/// <summary>Collects what <see cref="ProxyCounters"/> shows.</summary>
internal sealed class ProxyTally(bool record)
{
    private readonly ConcurrentDictionary<string, long[]> _methods = new(StringComparer.Ordinal);
    private readonly long[] _faults = new long[Enum.GetValues<FaultKind>().Length];
    private readonly ConcurrentQueue<ProxiedRequest> _records = new();
    private long _requests, _delivered, _connections, _up, _down;

    public void Connected() => Interlocked.Increment(ref _connections);
    public void Delivered() => Interlocked.Increment(ref _delivered);
    public void Struck(FaultKind kind) => Interlocked.Increment(ref _faults[(int)kind]);

    public void Arrived(string method)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref Of(method)[0]);
    }

    public void Up(string method, long bytes)
    {
        Interlocked.Add(ref _up, bytes);
        Interlocked.Add(ref Of(method)[1], bytes);
    }

    public void Down(string method, long bytes)
    {
        Interlocked.Add(ref _down, bytes);
        Interlocked.Add(ref Of(method)[2], bytes);
    }

    public void Ended(ProxiedRequest request)
    {
        if (record) _records.Enqueue(request);
    }

    public IReadOnlyList<ProxiedRequest> Records => [.. _records];

    public ProxyCounters Snapshot() => new()
    {
        Requests = Interlocked.Read(ref _requests),
        Delivered = Interlocked.Read(ref _delivered),
        Connections = Interlocked.Read(ref _connections),
        RequestBytes = Interlocked.Read(ref _up),
        ResponseBytes = Interlocked.Read(ref _down),
        ByMethod = _methods.ToImmutableSortedDictionary(m => m.Key, m => (Interlocked.Read(ref m.Value[0]), Interlocked.Read(ref m.Value[1]), Interlocked.Read(ref m.Value[2])),
            StringComparer.Ordinal),
        ByFault = Enum.GetValues<FaultKind>().Where(k => Interlocked.Read(ref _faults[(int)k]) > 0).ToImmutableSortedDictionary(k => k, k => Interlocked.Read(ref _faults[(int)k])),
    };

    public void Reset()
    {
        _requests = _delivered = _connections = _up = _down = 0;
        _methods.Clear();
        Array.Clear(_faults);
        _records.Clear();
    }

    private long[] Of(string method) => _methods.GetOrAdd(method, _ => new long[3]);
}
