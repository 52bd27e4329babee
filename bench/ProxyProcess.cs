using System.Diagnostics;

namespace Cairn.Bench;

/// <summary>The tests' proxy in front of a server, in a process of its own, so that its work is not counted as the client's.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ProxyProcess(Process process, Uri endpoint) => (_process, Endpoint) = (process, endpoint);

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; }

    /// <summary>Starts it.</summary>
    /// <param name="target">The server.</param>
    /// <param name="latency">How long each answer waits, in milliseconds.</param>
    public static async Task<ProxyProcess> StartAsync(Uri target, int latency)
    {
        string[] arguments = [Path.Join(AppContext.BaseDirectory, "Cairn.TestServers.dll"), "proxy", "--target", target.OriginalString, "--latency", $"{latency}"];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The proxy did not start.");
        return new(process, new Uri(said.Split(' ')[0]));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
