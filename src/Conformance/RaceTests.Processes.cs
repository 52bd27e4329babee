using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

namespace Cairn.Conformance;

/// <content>Races between processes: this test program is started again, runs the same test alone, and there writes to the parent's storage instead.</content>
public abstract partial class RaceTests<THarness>
{
    private const string ChildVariable = "CAIRN_CONFORMANCE_RACE";
    private const int Processes = 3;

    private static int ProcessRounds => Full ? 100 : 15;

    /// <summary>Initializes the test. A child process does not create a storage.</summary>
    public override async ValueTask InitializeAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ChildVariable)))
            await base.InitializeAsync();
    }

    [Fact]
    public Task Of_racing_CreateNew_processes_exactly_one_wins() => RaceProcessesAsync(WriteModes.CreateNew);

    [Fact]
    public Task Of_racing_Match_processes_exactly_one_wins() => RaceProcessesAsync(WriteModes.Match);

    [Fact]
    public Task Of_racing_Replace_processes_one_version_stays_whole() => RaceProcessesAsync(WriteModes.Replace);

    /// <summary>Runs in a child process instead of the test: writes on command, and reports whether it won.</summary>
    private static async Task WriteAsChildAsync(string[] told)
    {
        var (number, folder, mode, address) = (int.Parse(told[0], CultureInfo.InvariantCulture), told[1], told[2], told[3]);
        await using var harness = new THarness();
        await harness.AttachAsync(address, Cancel);
        await using var store = new ArtifactStore(await harness.OpenDriverAsync(Cancel));
        await File.WriteAllTextAsync(Path.Join(folder, $"ready-{number}"), "", Cancel);
        var won = new List<int>();
        for (var round = 0; round < ProcessRounds; round++)
        {
            string order;
            while ((order = await ReadAsync(Path.Join(folder, $"go-{round}"))).Length == 0)
                await Task.Delay(1, Cancel);
            var write = mode == nameof(WriteModes.Match) ? WriteMode.Match(order) : mode == nameof(WriteModes.CreateNew) ? WriteMode.CreateNew : WriteMode.Replace;
            StorePath path = write.Kind == WriteModes.CreateNew ? $"d/f{round}" : "f";
            if (await TryWriteAsync(store, path, write, number, 200_000 + number) is null)
                won.Add(round);
            await WriteWholeAsync(Path.Join(folder, $"done-{round}-{number}"), won.LastOrDefault(-1) == round ? "won" : "lost");
        }
    }

    private static async Task<string> ReadAsync(string file) => File.Exists(file) ? await File.ReadAllTextAsync(file, Cancel) : "";

    private static async Task WriteWholeAsync(string file, string text)
    {
        await File.WriteAllTextAsync(file + ".part", text, Cancel);
        File.Move(file + ".part", file);
    }

    private async Task RaceProcessesAsync(WriteModes mode, [CallerMemberName] string test = "")
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is { Length: > 0 } told)
        {
            await WriteAsChildAsync(told.Split('\n'));
            return;
        }
        NeedsMode(mode);
        Assert.True(Harness.Address is not null, $"The harness has no Address: set one and override AttachAsync, or add this test to Skips with a reason.");
        var folder = Directory.CreateTempSubdirectory("cairn-race-").FullName;
        var children = new List<Process>();
        try
        {
            for (var i = 0; i < Processes; i++)
                children.Add(StartChild(test, $"{i}\n{folder}\n{mode}\n{Harness.Address}"));
            for (var i = 0; i < Processes; i++)
                await UntilAsync(Path.Join(folder, $"ready-{i}"), children);
            for (var round = 0; round < ProcessRounds; round++)
            {
                var before = mode == WriteModes.CreateNew ? null : await PutAsync("f", Content(10, round));
                await WriteWholeAsync(Path.Join(folder, $"go-{round}"), before?.ETag ?? "-");
                var winners = new List<int>();
                for (var i = 0; i < Processes; i++)
                {
                    if (await UntilAsync(Path.Join(folder, $"done-{round}-{i}"), children) == "won")
                        winners.Add(i);
                }
                Assert.Equal(mode == WriteModes.Replace ? Processes : 1, winners.Count);
                StorePath path = mode == WriteModes.CreateNew ? $"d/f{round}" : "f";
                var length = await Store.GetLengthAsync(path, Cancel);
                Assert.Contains((int)length - 200_000, winners);
                await HoldsPatternAsync(path, length, (int)length - 200_000);
            }
            foreach (var child in children)
            {
                await child.WaitForExitAsync(Cancel);
                Assert.Equal(0, child.ExitCode);
            }
        }
        finally
        {
            foreach (var child in children)
            {
                if (!child.HasExited)
                    child.Kill(entireProcessTree: true);
                child.Dispose();
            }
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Waits for a file from a child while the children are running.</summary>
    private static async Task<string> UntilAsync(string file, List<Process> children)
    {
        while (!File.Exists(file))
        {
            if (children.Find(c => c.HasExited && c.ExitCode != 0) is { } failed)
                Assert.Fail($"A racing process ended with code {failed.ExitCode}: {await failed.StandardOutput.ReadToEndAsync(Cancel)}");
            await Task.Delay(1, Cancel);
        }
        return await File.ReadAllTextAsync(file, Cancel);
    }

    private Process StartChild(string test, string told)
    {
        var assembly = GetType().Assembly.Location;
        var program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null)!;
        var start = File.Exists(program) ? new ProcessStartInfo(program) : new ProcessStartInfo("dotnet") { ArgumentList = { assembly } };
        foreach (var argument in new[] { "-method", $"{GetType().FullName}.{test}", "-noColor" })
            start.ArgumentList.Add(argument);
        start.RedirectStandardOutput = true;
        start.Environment[ChildVariable] = told;
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
    }
}
