using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Tests.Workspaces;

namespace Flows.CommandLine.Tests;

/// <summary>Programs of flows as processes: signals, a terminal, and many of them at once.</summary>
public sealed class ProcessTests : IDisposable
{
    private const int Ranges = 12;

    /// <summary>The primes below 12 × 20,000, counted by a sieve.</summary>
    private const int Primes = 21_221;
    private readonly TempFolder _folder = new();

    private string Store => Path.Join(_folder.Path, "store");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_cancels_the_run(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        using var process = Start("env", ["--default-signal", "dotnet", Metadata("SpreadProgram"), "run", "Spread", "--store", Store]);
        var first = await process.StandardError.ReadLineAsync(Cancel);
        var reference = first!.Split(' ')[0];
        using (var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
            await kill.WaitForExitAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(code);
        (await process.StandardError.ReadToEndAsync(Cancel)).ShouldContain($"Spread: the run {reference} was cancelled. Resume it with 'dotnet {Metadata("SpreadProgram")} resume {reference} --store {Store}'.");
        (await ReadAsync(async c => (await c.Runs.GetAsync(RunReference.Parse(reference), cancellationToken: Cancel)) is var run ? (run.Status, run.Reason) : default))
            .ShouldBe((RunStatus.Cancelled, "signal"));
    }

    [Fact]
    public async Task The_command_that_resumes_a_run_works_as_it_is_printed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test uses sh.");
        using var process = Start("dotnet", [Metadata("SpreadProgram"), "run", "Count", "--set", "ranges=one", "--store", "a $store", "--user", "u:eve"]);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(1, error);
        var command = Regex.Match(error, "Resume it with '(.*)'\\.").Groups[1].Value;
        command.ShouldEndWith(" --store \"a \\$store\" --user u:eve");
        using var shell = Start("sh", ["-c", $"{command} --set ranges=1 --json"]);
        shell.StandardInput.Close();
        var output = await shell.StandardOutput.ReadToEndAsync(Cancel);
        error = await shell.StandardError.ReadToEndAsync(Cancel);
        await shell.WaitForExitAsync(Cancel);
        shell.ExitCode.ShouldBe(0, error);
        output.ShouldContain("\"createdBy\":\"u:eve\"");
    }

    [Fact]
    public async Task A_terminal_shows_each_step_in_place_and_what_steps_print_above()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no 'script', which gives a command a terminal.");
        using var process = Start("/usr/bin/script", ["-qec", $"dotnet '{Metadata("SpreadProgram")}' run Count --set ranges={Ranges} --store '{Store}'", "/dev/null"]);
        process.StandardInput.Close();
        var shown = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(0, shown);
        // The last drawing replaces those before it.
        var last = Regex.Split(shown, @"\r\u001b\[4A\u001b\[J")[^1].Replace("\r", "", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        last[0].ShouldMatch(@"^Count/\w+  [0-9.]+ s$");
        last[1].ShouldMatch(@"^  plan   done       1/1, [0-9.]+ s$");
        last[2].ShouldMatch($@"^  count  done       {Ranges}/{Ranges}, [0-9.]+/s, [0-9.]+ s$");
        last[3].ShouldMatch(@"^  sum    done       1/1, [0-9.]+ s$");
        last[4].ShouldContain($" succeeded in ");
        Regex.Count(shown, "waiting").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Eight_processes_of_which_three_are_killed_give_the_undisturbed_result()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The script uses bash, pgrep and xargs or parallel.");
        using var process = Start("bash", [Path.Join(Metadata("Spread"), "spread.sh"), Store, $"{Ranges}"]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        process.ExitCode.ShouldBe(0, await output + error);
        (await output).ShouldContain("killed 3 workers");
        await ReadAsync(async catalog =>
        {
            var runs = await catalog.Flow("Spread").RunsAsync(cancellationToken: Cancel).ToListAsync(Cancel);
            runs.Select(r => r.Status).ShouldBe([RunStatus.Succeeded, RunStatus.Cancelled]);
            (await runs[0]["sum"].Task.Data.GetAsync<int>("Primes", Cancel)).ShouldBe(Primes);
            Dictionary<string, int> ran = new(StringComparer.Ordinal);
            foreach (var run in runs)
            {
                await foreach (var task in run["count"].TasksAsync(Cancel).Where(t => t.Status == RunStatus.Succeeded))
                    ran[task.Item!] = ran.GetValueOrDefault(task.Item!) + 1;
            }
            (ran.Count, ran.Values.Max()).ShouldBe((Ranges, 1));
            return true;
        });
    }

    private static string Metadata(string key) => typeof(ProcessTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;

    private Process Start(string program, IEnumerable<string> args)
    {
        var info = new ProcessStartInfo(program, args) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = _folder.Path };
        info.Environment["XDG_CACHE_HOME"] = Path.Join(_folder.Path, "cache");
        info.Environment["TERM"] = "xterm";
        return Process.Start(info)!;
    }

    private async Task<T> ReadAsync<T>(Func<Catalog, Task<T>> read)
    {
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(Store), cancellationToken: Cancel);
        await using var catalog = new Catalog(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { IndexFolder = Path.Join(_folder.Path, "index") });
        return await read(catalog);
    }
}
