using Cairn.Providers.Local.Platform;
using static Cairn.Providers.Local.Tests.Crash.CrashScenarios;

namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>Completed means durable: on every disk that a crash can leave, what was done is there whole, and what was under way is there whole or not at all.</summary>
public sealed class CrashTests
{
    private static readonly bool Full = Environment.GetEnvironmentVariable("CAIRN_FULL") is not null;

    public static TheoryData<string> Scenarios => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task What_was_done_survives_a_crash_at_any_moment(string scenario)
    {
        NeedsLinux();
        var (below, act) = All[scenario];
        await using var run = new CrashRun(below);
        await act(run);
        var (states, problem) = await ExploreAsync(run, mostAtOnce: Full ? 512 : 24, most: Full ? 6000 : 150, new Random(1));
        CrashTotals.Add(states, run.Log.Records.Count);
        problem.ShouldBeNull();
    }

    [Fact]
    public async Task Random_operations_survive_a_crash_at_any_moment()
    {
        NeedsLinux();
        var seed = int.Parse(Environment.GetEnvironmentVariable("CAIRN_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        for (var n = 0; n < (Full ? 64 : 6); n++)
        {
            await using var run = new CrashRun();
            await RandomAsync(run, seed + n, writers: 1 + (n % 4), count: 16);
            var (states, problem) = await ExploreAsync(run, mostAtOnce: Full ? 96 : 8, most: Full ? 4000 : 200, new Random(seed + n));
            CrashTotals.Add(states, run.Log.Records.Count);
            problem.ShouldBeNull($"CAIRN_SEED={seed + n}");
        }
    }

    /// <summary>The exploration would notice: without any one of the flushes of a scenario, a crash loses something.</summary>
    [Theory]
    [InlineData("a new file in a new root")]
    [InlineData("a new file in a new root below new folders")]
    [InlineData("a new file in three new folders")]
    [InlineData("a replaced file")]
    [InlineData("a matched file")]
    [InlineData("a deleted file")]
    [InlineData("the last file of a folder deleted")]
    [InlineData("a folder made")]
    [InlineData("folders made below new ones")]
    [InlineData("a copy")]
    [InlineData("a file moved within a folder")]
    [InlineData("a copy over a file")]
    [InlineData("a file of three parts")]
    public async Task No_flush_can_be_left_out(string scenario)
    {
        NeedsLinux();
        var (below, act) = All[scenario];
        await using var run = new CrashRun(below);
        await act(run);
        var needless = new List<int>();
        foreach (var (record, at) in run.Log.Records.Select((r, i) => (r, i)).Where(r => r.r is FlushRecord))
        {
            if ((await ExploreAsync(run, mostAtOnce: 64, most: int.MaxValue, new Random(1), without: at)).Problem is null)
                needless.Add(at);
        }
        needless.ShouldBeEmpty(string.Join('\n', run.Log.Records.Select((r, i) => $"{i} {r}")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_done_in_a_folder_that_another_writer_has_just_created_is_durable(bool makesFolder)
    {
        NeedsLinux();
        await using var run = new CrashRun();
        await run.PutAsync("x", "x");
        using var created = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        run.Disk.Made = name =>
        {
            if (name != "d")
                return;
            created.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
        };
        var creator = run.PutAsync("d/first", "first");
        created.Wait(TestContext.Current.CancellationToken);
        await (makesFolder ? run.MakeAsync("d/second") : run.PutAsync("d/second", "second"));
        goOn.Set();
        await creator;
        (await ExploreAsync(run, mostAtOnce: 256, most: int.MaxValue, new Random(1))).Problem.ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_done_in_a_root_that_another_writer_has_just_created_is_durable(bool makesFolder)
    {
        NeedsLinux();
        await using var run = new CrashRun("above/root");
        Task second = Task.CompletedTask;
        run.Disk.Made = name =>
        {
            if (name != "root")
                return;
            second = Task.Run(() => makesFolder ? run.MakeAsync("second") : run.PutAsync("second", "second"));
            // The second writer must not end before the first one has flushed the root; without that, it ends in this time.
            second.Wait(TimeSpan.FromMilliseconds(500));
        };
        await run.PutAsync("first", "first");
        await second;
        (await ExploreAsync(run, mostAtOnce: 256, most: int.MaxValue, new Random(1))).Problem.ShouldBeNull();
    }

    private static void NeedsLinux() => Assert.SkipUnless(LocalPlatform.Current.UsesHandles, "Only Linux offers a flush of directories, which the promise rests on.");

    private static async Task<(int States, string? Problem)> ExploreAsync(CrashRun run, int mostAtOnce, int most, Random random, int? without = null)
    {
        var states = 0;
        foreach (var (at, state) in CrashStates.Spread([.. new CrashStates(run.Log, mostAtOnce, random).Enumerate(without)], most))
        {
            states++;
            using var folder = new ShortFolder();
            state.WriteTo(folder.Path);
            await using var driver = CrashRun.Open(LocalPlatform.Current, Path.Join(folder.Path, run.Below), LocalDurability.None);
            if (await run.ProblemAsync(driver, at) is { } problem)
                return (states, $"After a crash at {at}, {problem}:\n{string.Join('\n', run.Log.Records.Take(at + 1).Select((r, i) => $"{i} {r}"))}");
        }
        return (states, null);
    }
}
