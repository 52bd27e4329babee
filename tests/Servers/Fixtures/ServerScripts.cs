using System.Diagnostics;

namespace Cairn.TestServers.Fixtures;

/// <summary>The scripts of <c>eng/servers</c>, and the folders where what they start lives.</summary>
internal static class ServerScripts
{
    /// <summary>Where running servers keep their files: below the machine's temporary folder, one per user.</summary>
    public static string RunFolder { get; } = Environment.GetEnvironmentVariable("CAIRN_RUN") is { Length: > 0 } set ? set
        : Path.Join(Path.GetTempPath(), "cairn-servers-" + new string([.. Environment.UserName.Where(char.IsAsciiLetterOrDigit).DefaultIfEmpty('x')]));

    /// <summary>Tells one boot of the machine from the next: what ran before it is gone.</summary>
    public static string Boot { get; } = File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim() : "unknown";

    /// <summary>Runs a script to its end and returns what it printed; its complaint becomes the exception's message.</summary>
    public static async Task<string> RunAsync(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) throw new ServerUnavailableException($"eng/servers/{name} is a bash script");
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Join(Folder(), name));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["CAIRN_RUN"] = RunFolder;
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            string complaint = (await error).Trim();
            if (process.ExitCode == 0) return (await output).Trim();
            throw new ServerUnavailableException(complaint.Length > 0 ? complaint.Split('\n')[^1] : $"eng/servers/{name} failed with code {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new ServerUnavailableException($"eng/servers/{name} took longer than {limit.TotalMinutes:0} minutes");
        }
    }

    /// <summary>Holds other processes off while one starts or looks for a server of a kind.</summary>
    public static async Task<IDisposable> LockAsync(string kind, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(RunFolder);
        string path = Path.Join(RunFolder, kind + ".lock");
        while (true)
        {
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) when (File.Exists(path)) { await Task.Delay(100, cancellationToken); }
        }
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Join(folder.FullName, "eng", "servers", "common.sh"))) return Path.Join(folder.FullName, "eng", "servers");
        throw new ServerUnavailableException($"there is no eng/servers above {AppContext.BaseDirectory}");
    }
}
