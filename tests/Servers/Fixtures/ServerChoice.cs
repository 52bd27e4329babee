namespace Cairn.TestServers.Fixtures;

/// <summary>Tries the ways to a server in their order and remembers why each failed. CAIRN_TEST_SERVERS=container (or process) allows that way alone, beside an endpoint.</summary>
internal static class ServerChoice
{
    public static async Task<T> FirstAsync<T>(string what, params (string Way, Func<Task<T?>> Open)[] ways) where T : class
    {
        string? only = Environment.GetEnvironmentVariable("CAIRN_TEST_SERVERS") is { Length: > 0 } set ? set : null;
        var reasons = new List<string>();
        foreach (var (way, open) in ways)
        {
            if (only is not null && way is "container" or "process" && way != only) { reasons.Add($"{way}: CAIRN_TEST_SERVERS={only} rules it out"); continue; }
            try
            {
                if (await open() is { } server) return server;
                reasons.Add(way + " is not set");
            }
            catch (Exception e) when (e is ServerUnavailableException or HttpRequestException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
            {
                reasons.Add($"{way}: {e.Message}");
            }
        }
        throw new ServerUnavailableException($"No {what} can be had here. " + string.Join("; ", reasons) + ".");
    }

    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    public static async Task<ServerAvailability<T>> TryAsync<T>(Func<Task<T>> start) where T : class
    {
        try { return new ServerAvailability<T>(await start(), ""); }
        catch (ServerUnavailableException e) { return new ServerAvailability<T>(null, e.Message); }
    }
}

/// <summary>One server per test program: started by the first who asks. A failure is remembered, so that a hundred tests do not try a hundred times.</summary>
internal sealed class OncePerProgram<T>(Func<CancellationToken, Task<T>> open) where T : class
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private T? _server;
    private ServerUnavailableException? _failure;

    public async Task<T> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_failure is not null) throw new ServerUnavailableException(_failure.Message);
            try { return _server ??= await open(cancellationToken); }
            catch (ServerUnavailableException e)
            {
                _failure = e;
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
