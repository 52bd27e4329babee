using System.Collections.Concurrent;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Flows;
using Cairn.Materializers;
using Cairn.Providers.Memory;
using Cairn.Tests.Workspaces;
using Flows.Tests.Engine;

namespace Flows.Tests.Faults;

/// <summary>Clocks that are set while a run is running.</summary>
public sealed class ClockTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MemoryProvider _provider = new();
    private readonly SteppedTime _writer = new();
    private readonly SteppedTime _others = new();
    private readonly ConcurrentQueue<string> _ran = new();
    private int _indexes;

    public static TheoryData<double> Hours => [1, -1, 30 * 24, -30 * 24];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Hours))]
    public async Task A_run_whose_clock_is_set_is_listed_and_resumed(double hours)
    {
        var root = $"mem://{Guid.NewGuid():N}";
        await using var stepped = await OpenAsync(root, _writer);
        await using var system = await OpenAsync(root, _others);
        var isBroken = true;
        var flow = Flow.Of<TuneState>("Clock")
            .Step("load", (s, _) =>
            {
                Ran("load");
                s.Rows = 1;
                _writer.Set(TimeSpan.FromHours(hours));
            })
            .ForEach("fit", _ => new[] { 1, 2 }, (s, item, step) =>
            {
                Ran($"fit/{item}");
                s.Accuracy = item * s.Rows!.Value;
            }, new() { Parallelism = 1 })
            .Join("pick", (s, inputs, _) => s.Accuracy = inputs.Sum(i => i.Accuracy))
            .Step("report", (s, _) =>
            {
                Ran("report");
                s.Note = isBroken ? throw new InvalidDataException("broken") : $"{s.Accuracy}";
            });
        await using (var catalog = Open(stepped))
            await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(catalog, cancellationToken: Cancel));

        await using var other = Open(system);
        var listed = await other.Runs.ListAsync(cancellationToken: Cancel).ToListAsync(Cancel);
        listed.Single().Status.ShouldBe(RunStatus.Failed);
        var tasks = await listed[0].TasksAsync(Cancel).ToListAsync(Cancel);
        tasks.Select(t => $"{t.Step}{t.Item}:{t.Status}").ShouldBe(["load:Succeeded", "fit0:Succeeded", "fit1:Succeeded", "pick:Succeeded", "report:Failed"]);
        tasks.ShouldAllBe(t => t.Duration >= TimeSpan.Zero);
        listed[0].Duration!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.Zero);

        isBroken = false;
        _ran.Clear();
        var resumed = await flow.ResumeAsync(other, cancellationToken: Cancel);
        _ran.ShouldBe(["report"]);
        (await (await other.Runs.GetAsync(RunReference.OfRun(resumed), cancellationToken: Cancel))["report"].Task.Data.GetAsync<string>("Note", Cancel)).ShouldBe("3");
    }

    [Theory]
    [MemberData(nameof(Hours))]
    public async Task A_run_whose_clock_is_set_is_lost_when_it_gives_no_sign_of_life(double hours)
    {
        var root = $"mem://{Guid.NewGuid():N}";
        await using var stepped = await OpenAsync(root, _writer);
        await using var system = await OpenAsync(root, _others);
        await using var writing = Open(stepped);
        await using var reading = Open(system);
        await using var run = await writing.StartRunAsync("Lost", cancellationToken: Cancel);
        await run.StepAsync("one", step => step.Output("a", 1));
        (await StatusAsync()).ShouldBe(RunStatus.Running);
        _writer.Set(TimeSpan.FromHours(hours));
        await run.StepAsync("two", step => step.Output("b", 2));
        // The clock of the store is that of the system, which the provider has.
        await Eventually(async () => await system.IsFileAsync($"artifacts/live/{run.Id}", Cancel));
        (await StatusAsync()).ShouldBe(RunStatus.Running);
        _others.Move(TimeSpan.FromMinutes(4));
        (await StatusAsync()).ShouldBe(RunStatus.Lost);
        (await reading.Runs.ListAsync(new() { Status = RunStatus.Lost }, Cancel).CountAsync(Cancel)).ShouldBe(1);
        await run.CompleteAsync();
        (await StatusAsync()).ShouldBe(RunStatus.Succeeded);

        async Task<RunStatus> StatusAsync() => (await reading.Flow("Lost").LatestAsync(cancellationToken: Cancel))!.Status;
    }

    private void Ran(string task) => _ran.Enqueue(task);

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 400 && !await condition(); i++)
            await Task.Delay(25, Cancel);
        (await condition()).ShouldBeTrue();
    }

    /// <summary>Opens a store whose files have the times of the system.</summary>
    private async Task<ArtifactStore> OpenAsync(string root, TimeProvider time) =>
        new(await _provider.OpenAsync(new() { Root = StoreUri.Parse(root), TimeProvider = TimeProvider.System }, Cancel), new() { TimeProvider = time });

    private Cairn.Catalog.Catalog Open(ArtifactStore store) =>
        new(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada", IndexFolder = Path.Join(_folder.Path, $"{_indexes++}") });
}
