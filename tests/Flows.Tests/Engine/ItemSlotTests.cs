using Cairn;
using Cairn.Artifacts;
using Cairn.Flows;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Flows.Tests.Engine;

/// <summary>The items of a foreach while the records of others are being published.</summary>
public sealed class ItemSlotTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_item_runs_while_the_record_of_the_last_step_is_published(bool hasSecondStep)
    {
        var gate = new Gate(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse("mem://slots"), TimeProvider = TimeProvider.System }, Cancel), "catalog/feed");
        await using var store = new ArtifactStore(gate);
        await using var catalog = new Cairn.Catalog.Catalog(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" });
        List<string> begun = [];
        var (inside, most) = (0, 0);
        var second = new TaskCompletionSource();
        var flow = Flow.Of<TuneState>("Slots").ForEach("fit", _ => Enumerable.Range(0, 4), (s, i, _) =>
        {
            Enter($"fit {i}");
            s.Rows = i;
            if (i == 0 && !hasSecondStep)
                gate.Close();
        }, new() { Parallelism = 1 });
        if (hasSecondStep)
        {
            flow = flow.Step("note", (s, _) =>
            {
                Enter($"note {s.Rows}");
                s.Note = $"{s.Rows}";
                if (s.Rows == 0)
                    gate.Close();
            });
        }
        var running = flow.Join("join", (s, inputs, _) => s.Rows = inputs.Count).RunAsync(catalog, cancellationToken: Cancel);

        await second.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        // The third item waits for a record, as many as may run at once.
        await Task.Delay(200, Cancel);
        string[] expected = hasSecondStep ? ["fit 0", "note 0", "fit 1"] : ["fit 0", "fit 1"];
        begun.ShouldBe(expected);
        gate.Open();
        await running;
        begun.Count.ShouldBe(hasSecondStep ? 8 : 4);
        most.ShouldBe(1);

        void Enter(string what)
        {
            lock (begun)
            {
                begun.Add(what);
                most = Math.Max(most, ++inside);
            }
            Thread.Sleep(20);
            lock (begun)
                inside--;
            if (what == "fit 1")
                second.SetResult();
        }
    }

    [Fact]
    public async Task An_item_whose_code_has_run_is_saved_when_another_one_fails()
    {
        var gate = new Gate(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse("mem://saved"), TimeProvider = TimeProvider.System }, Cancel), "/blobs/");
        await using var store = new ArtifactStore(gate);
        await using var catalog = new Cairn.Catalog.Catalog(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" });
        var flow = Flow.Of<TuneState>("Saved").ForEach("fit", _ => Enumerable.Range(0, 2), async (s, i, step) =>
        {
            if (i == 0)
            {
                gate.Close();
                s.Note = "computed";
                return;
            }
            await gate.Reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
            step.CancellationToken.Register(gate.Open);
            throw new InvalidDataException("bad row");
        }, new() { Parallelism = 2 }).Join("join", (_, _, _) => { });
        await Should.ThrowAsync<InvalidDataException>(() => flow.RunAsync(catalog, cancellationToken: Cancel));
        var run = (await catalog.Flow("Saved").LatestAsync(cancellationToken: Cancel))!;
        var tasks = await run["fit"].TasksAsync(Cancel).OrderBy(t => t.Index).Select(t => t.Status).ToListAsync(Cancel);
        tasks.ShouldBe([Cairn.Catalog.RunStatus.Succeeded, Cairn.Catalog.RunStatus.Failed]);
    }

    [Fact]
    public async Task An_item_that_is_tried_again_waits_for_a_place()
    {
        var gate = new Gate(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse("mem://again"), TimeProvider = TimeProvider.System }, Cancel), "catalog/feed");
        await using var store = new ArtifactStore(gate);
        await using var catalog = new Cairn.Catalog.Catalog(new ArtifactRepository(store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" });
        var ran = 0;
        var again = new TaskCompletionSource();
        var flow = Flow.Of<TuneState>("Again").ForEach("fit", _ => Enumerable.Range(0, 2), async (s, i, _) =>
        {
            s.Rows = i;
            if (i == 1)
            {
                // The record of the first item fails, and its second attempt must wait until this one has ended.
                await gate.Reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
                gate.Fail();
                await Task.Delay(200, Cancel);
                again.Task.IsCompleted.ShouldBeFalse();
            }
            else if (Interlocked.Increment(ref ran) == 1)
                gate.Close();
            else
                again.SetResult();
        }, new() { Parallelism = 1, Retry = new(2, TimeSpan.FromMilliseconds(1)) }).Join("join", (s, inputs, _) => s.Rows = inputs.Count);
        await flow.RunAsync(catalog, cancellationToken: Cancel);
        (again.Task.IsCompleted, ran).ShouldBe((true, 2));
    }

    /// <summary>Holds the writes of some files while it is closed.</summary>
    private sealed class Gate(StoreDriver inner, string files) : DelegatingStoreDriver(inner)
    {
        private TaskCompletionSource? _opened;

        /// <summary>Completes when a write is held.</summary>
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Close() => _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _opened!.TrySetResult();

        /// <summary>Lets the writes fail that are held.</summary>
        public void Fail()
        {
            var held = _opened!;
            _opened = null;
            held.TrySetException(new StoreException(StoreErrorCode.Unavailable, "the test refuses the write"));
        }

        public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
        {
            if (_opened is { } opened && request.Path.ToString().Contains(files, StringComparison.Ordinal))
            {
                Reached.TrySetResult();
                await opened.Task.WaitAsync(cancellationToken);
            }
            return await Inner.BeginUploadAsync(request, cancellationToken);
        }
    }
}
