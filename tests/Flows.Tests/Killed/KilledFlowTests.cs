using System.Diagnostics;
using System.Reflection;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Providers.Local;
using Cairn.Tests.Workspaces;

namespace Flows.Tests.Killed;

/// <summary>Kills processes that run a flow, at random moments, and resumes what they have left.</summary>
public sealed class KilledFlowTests : IDisposable
{
    private const int Ranges = 24;

    /// <summary>The primes below 24 × 20,000, counted by a sieve.</summary>
    private const int Primes = 40_005;
    private readonly TempFolder _folder = new();

    private static int Kills => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1000 : 4;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_flow_is_resumed_without_repeating_a_finished_task()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var (kills, round) = (0, 0); kills < Kills; round++)
        {
            var folder = Path.Join(_folder.Path, $"{round}");
            // The first process runs the flow; each of the next ones resumes what is left.
            for (var (hasRun, attempt) = (false, 0); ; attempt++)
            {
                using var process = Start(!hasRun, folder);
                // On a busy machine, a process may need more than the longest time to start: each attempt gets more, so that the round ends.
                using var ending = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(200, 1500 + (attempt * 250))));
                try
                {
                    await process.WaitForExitAsync(ending.Token);
                }
                catch (OperationCanceledException)
                {
                    process.Kill();
                    await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                    kills++;
                    hasRun = await HasRunAsync(folder);
                    continue;
                }
                process.ExitCode.ShouldBe(0, $"seed {seed}: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
                break;
            }
            await CheckAsync(folder, seed);
        }
    }

    private static async Task<bool> HasRunAsync(string folder)
    {
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(folder), cancellationToken: TestContext.Current.CancellationToken);
        if (!await ArtifactRepository.ExistsAsync(store, cancellationToken: TestContext.Current.CancellationToken))
            return false;
        await using var catalog = Open(store, folder);
        return await catalog.Flow("Count").LatestAsync(cancellationToken: TestContext.Current.CancellationToken) is not null;
    }

    /// <summary>The result is that of an undisturbed run, and no task that had ended ran again.</summary>
    private static async Task CheckAsync(string folder, int seed)
    {
        await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(folder), cancellationToken: TestContext.Current.CancellationToken);
        await using var catalog = Open(store, folder);
        var run = await catalog.Flow("Count").LatestSuccessfulAsync(cancellationToken: TestContext.Current.CancellationToken);
        (await run!["sum"].Task.Data.GetAsync<int>("Primes", TestContext.Current.CancellationToken)).ShouldBe(Primes, $"seed {seed}");
        Dictionary<string, int> ran = new(StringComparer.Ordinal);
        await foreach (var any in catalog.Flow("Count").RunsAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            await foreach (var task in any["count"].TasksAsync(TestContext.Current.CancellationToken))
            {
                if (task.Status == RunStatus.Succeeded)
                    ran[task.Item!] = ran.GetValueOrDefault(task.Item!) + 1;
            }
        }
        (ran.Count, ran.Values.Max()).ShouldBe((Ranges, 1), $"seed {seed}");
    }

    private static Cairn.Catalog.Catalog Open(ArtifactStore store, string folder) =>
        new(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:test", IndexFolder = folder + "-index" });

    private static Process Start(bool isFirst, string folder)
    {
        var program = typeof(KilledFlowTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Spread").Value!;
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. isFirst ? (string[])["run", "Count"] : ["resume", "Count/latest"], "--store", folder]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
    }
}
