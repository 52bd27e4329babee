using System.Diagnostics;
using System.Text;

namespace Cairn.Cli.Tests;

/// <summary>A temporary folder with a workspace, and the command run in it: in this process, or as a real one.</summary>
internal sealed class Sandbox : IDisposable
{
    public static readonly string Command = Path.Join(AppContext.BaseDirectory, "Cairn.Cli.dll");

    private Sandbox(string folder) => Folder = folder;

    public string Folder { get; }

    public static Task<Sandbox> CreateAsync() => CreateAsync(init: true);

    public static async Task<Sandbox> CreateAsync(bool init)
    {
        var sandbox = new Sandbox(Path.Join(Path.GetTempPath(), $"cairn-cli-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(sandbox.Folder);
        if (init)
            (await sandbox.RunAsync("init", sandbox.Folder)).Ok();
        return sandbox;
    }

    public string this[string relative] => Path.Join(Folder, relative);

    /// <summary>Writes a file below the folder.</summary>
    public void File(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        System.IO.File.WriteAllText(this[relative], text);
    }

    /// <summary>Runs in this process, with this sandbox's workspace. The current folder is not the sandbox's.</summary>
    public async Task<CliResult> RunAsync(params string[] args)
    {
        var output = new MemoryStream();
        var error = new StringWriter { NewLine = "\n" };
        string[] all = args is ["init", ..] ? args : ["--workspace", Folder, .. args];
        var code = await Task.Run(() => CommandLine.Run(all, output, error));
        return new(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    /// <summary>Everything below an address, as <c>name=content</c> or <c>name/</c>.</summary>
    public async Task<string[]> TreeAsync(string address)
    {
        var listed = await RunAsync("ls", "-r", address, "--json");
        if (listed.Code != 0)
            return [$"! {listed.Error.Trim()}"];
        var found = new List<string>();
        foreach (var entry in listed.Json)
        {
            var name = entry.GetProperty("name").GetString()!;
            found.Add(entry.GetProperty("kind").GetString() == "directory" ? name + "/" : $"{name}={(await RunAsync("cat", entry.GetProperty("address").GetString()!)).Ok().Output}");
        }
        return [.. found];
    }

    /// <summary>Starts a real process in the sandbox's folder.</summary>
    public Process Start(IEnumerable<string> args, Action<ProcessStartInfo>? configure = null)
    {
        // What starts the tests may ignore signals (a shell does for a job in the background), and a child would inherit that.
        string[] program = OperatingSystem.IsLinux() ? ["env", "--default-signal", "dotnet"] : ["dotnet"];
        var info = new ProcessStartInfo(program[0], program[1..]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.Environment.Remove("CAIRN_WORKSPACE");
        info.ArgumentList.Add(Command);
        foreach (var arg in args)
            info.ArgumentList.Add(arg);
        configure?.Invoke(info);
        return Process.Start(info)!;
    }

    /// <summary>Runs a real process to its end.</summary>
    public async Task<CliResult> ProcessAsync(string[] args, Action<ProcessStartInfo>? configure = null, string input = "")
    {
        using var process = Start(args, configure);
        return await FinishAsync(process, input);
    }

    /// <summary>Runs a line of bash in the sandbox's folder, in which <c>cairn</c> is the command.</summary>
    public async Task<CliResult> BashAsync(string script)
    {
        var info = new ProcessStartInfo("bash") { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.Environment.Remove("CAIRN_WORKSPACE");
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add($"set -o pipefail; cairn() {{ dotnet '{Command}' \"$@\"; }}; {script}");
        using var process = Process.Start(info)!;
        return await FinishAsync(process, "");
    }

    /// <summary>Runs a real process that has a terminal, and gives what the terminal was sent.</summary>
    public async Task<string> TerminalAsync(params string[] args)
    {
        Assert.SkipUnless(System.IO.File.Exists("/usr/bin/script"), "There is no 'script', which gives a command a terminal.");
        var line = string.Join(' ', new[] { "dotnet", Command, "--workspace", Folder }.Concat(args).Select(a => $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        var info = new ProcessStartInfo("/usr/bin/script", ["-qec", line, "/dev/null"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true
        };
        info.Environment["TERM"] = "xterm";
        using var process = Process.Start(info)!;
        var result = await FinishAsync(process, "");
        return result.Output + result.Error;
    }

    public void Dispose()
    {
        // .NET does not remove a file whose name is not text.
        if (OperatingSystem.IsWindows())
            Directory.Delete(Folder, recursive: true);
        else
            using (var remove = Process.Start("rm", ["-rf", Folder]))
                remove.WaitForExit();
    }

    private static async Task<CliResult> FinishAsync(Process process, string input)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new(process.ExitCode, await output, await error);
    }
}
