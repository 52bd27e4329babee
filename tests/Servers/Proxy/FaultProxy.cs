using System.Net;
using System.Net.Sockets;

namespace Cairn.TestServers.Proxy;

/// <summary>
/// An HTTP/1.1 proxy before a plain-HTTP server that passes heads through byte for byte (Host and signatures hold: a client signs for the proxy's address) and
/// breaks what its rules say. Decisions come from one seed, in the order of arrival. Thread-safe; disposing it resets what is open.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly Dictionary<FaultRule, (int Seen, int Struck)> _rules = new(ReferenceEqualityComparer.Instance);
    private readonly List<FaultRule> _order;
    private readonly HashSet<Task> _connections = [];
    private readonly Task _accepting;

    private FaultProxy(Uri target, FaultProxyOptions options, int port)
    {
        (Target, Options) = (target, options);
        Seed = options.Seed ?? Random.Shared.Next();
        _random = new Random(Seed);
        _order = [.. options.Rules];
        Tally = new ProxyTally(options.Record);
        (Up, Down) = (new Throttle(options.BytesPerSecond), new Throttle(options.BytesPerSecond));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(1024);
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public Uri Endpoint { get; }

    /// <summary>The server behind.</summary>
    public Uri Target { get; }

    /// <summary>The seed of this run's decisions: print it with a failure.</summary>
    public int Seed { get; }

    /// <summary>What passed so far.</summary>
    public ProxyCounters Counters => Tally.Snapshot();

    /// <summary>Every request that ended, where <see cref="FaultProxyOptions.Record"/> asked for it; recorded before its client sees the end of the answer.</summary>
    public IReadOnlyList<ProxiedRequest> Requests => Tally.Records;

    internal FaultProxyOptions Options { get; }
    internal ProxyTally Tally { get; }
    internal Throttle Up { get; }
    internal Throttle Down { get; }

    /// <summary>Starts before <paramref name="target"/>; <paramref name="port"/> 0 takes a free one.</summary>
    public static FaultProxy Start(Uri target, FaultProxyOptions? options = null, int port = 0)
    {
        if (target.Scheme != Uri.UriSchemeHttp) throw new ArgumentException("The proxy stands before plain-HTTP servers only.", nameof(target));
        return new FaultProxy(target, options ?? new FaultProxyOptions(), port);
    }

    /// <summary>Adds a rule behind the others, for requests from now on.</summary>
    public void Add(FaultRule rule)
    {
        lock (_gate) _order.Add(rule);
    }

    /// <summary>Takes all rules away: everything passes.</summary>
    public void Clear()
    {
        lock (_gate) _order.Clear();
    }

    /// <summary>Starts counting anew.</summary>
    public void ResetCounters() => Tally.Reset();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Task[] open;
        lock (_gate) open = [.. _connections];
        await Task.WhenAll([_accepting, .. open]);
        _stop.Dispose();
    }

    /// <summary>The fault of the next request, and a number to choose its place with.</summary>
    internal (FaultKind Kind, double Place) Draw(string method, string target)
    {
        lock (_gate)
        {
            var drawn = FaultKind.None;
            foreach (var rule in _order)
            {
                if (rule.When?.Invoke(method, target) == false) continue;
                var (seen, struck) = _rules.GetValueOrDefault(rule);
                // Drawn for every rule that fits, so that one rule's limit does not shift the others' decisions.
                bool hit = _random.NextDouble() < rule.Probability && seen >= rule.Skip && struck < (rule.Times ?? int.MaxValue) && drawn == FaultKind.None;
                if (hit) drawn = rule.Kind;
                _rules[rule] = (seen + 1, struck + (hit ? 1 : 0));
            }
            return (drawn, _random.NextDouble());
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try { client = await _listener.AcceptAsync(_stop.Token); }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException && _stop.IsCancellationRequested) { return; }
            client.NoDelay = true;
            Tally.Connected();
            var task = new ProxyConnection(this, client).RunAsync(_stop.Token);
            lock (_gate) _connections.Add(task);
            _ = task.ContinueWith(ended => { lock (_gate) _connections.Remove(ended); }, TaskScheduler.Default);
        }
    }
}
