namespace Cairn.TestServers.Fixtures;

/// <summary>A server as a plain process of a script: kept between the test programs of one boot, like a container.</summary>
internal static class ProcessServers
{
    /// <summary>Finds the server of a kind that an earlier program started and that answers, or starts one with <c>SCRIPT FOLDER PORT arguments…</c>.</summary>
    public static Task<(Uri Endpoint, string Folder, string Origin)> EnsureAsync(
        string kind, string script, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken) =>
        EnsureAsync(kind, script, arguments, environment, Readiness.AnswersAsync, cancellationToken);

    /// <summary>As above, for a server that does not speak HTTP.</summary>
    public static async Task<(Uri Endpoint, string Folder, string Origin)> EnsureAsync(
        string kind, string script, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, Func<Uri, CancellationToken, Task<bool>> answers,
            CancellationToken cancellationToken)
    {
        using var held = await ServerScripts.LockAsync(kind, cancellationToken);
        foreach (string folder in Directory.GetDirectories(ServerScripts.RunFolder, kind + "-*"))
        {
            string boot = Path.Join(folder, "boot");
            string port = Path.GetFileName(folder)[(kind.Length + 1)..];
            if (!int.TryParse(port, out _)) continue;
            var endpoint = new Uri($"http://127.0.0.1:{port}");
            if (File.Exists(boot) && (await File.ReadAllTextAsync(boot, cancellationToken)).Trim() == ServerScripts.Boot && File.Exists(Path.Join(folder, "ready"))
                && await StillAnswersAsync(endpoint, folder, answers, cancellationToken))
                return (endpoint, folder, $"process in {folder}, found running");
            await ServerScripts.RunAsync("stop", [folder], null, TimeSpan.FromMinutes(1), cancellationToken);
        }
        using var ports = PortRange.Take(ServerScripts.RunFolder);
        int free = ports.First;
        string made = Path.Join(ServerScripts.RunFolder, $"{kind}-{free}");
        await ServerScripts.RunAsync(script, [made, free.ToString(System.Globalization.CultureInfo.InvariantCulture), .. arguments], environment, TimeSpan.FromMinutes(15), cancellationToken);
        await File.WriteAllTextAsync(Path.Join(made, "ready"), "", cancellationToken);
        return (new Uri($"http://127.0.0.1:{free}"), made, $"process in {made}");
    }

    /// <summary>Whether a server answers; one that runs and is busy with another test program's requests is given time, since to stop it would break those.</summary>
    private static async Task<bool> StillAnswersAsync(Uri endpoint, string folder, Func<Uri, CancellationToken, Task<bool>> answers, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < 6; attempt++)
        {
            // What answers on the port of a server that has ended is another server.
            if (!Directory.GetFiles(folder, "*.pid").Any(IsRunning)) return false;
            if (await answers(endpoint, cancellationToken)) return true;
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
        return false;
    }

    private static bool IsRunning(string pidFile)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), System.Globalization.CultureInfo.InvariantCulture));
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
