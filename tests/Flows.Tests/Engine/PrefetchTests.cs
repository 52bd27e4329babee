using System.Collections.Concurrent;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Catalog.RunRecords;
using Cairn.Flows;
using Cairn.Flows.Engine;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Flows.Tests.Engine;

/// <summary>What is loaded before the code of a step starts.</summary>
public sealed class PrefetchTests : IAsyncLifetime
{
    private ReadingDriver _driver = null!;
    private ArtifactStore _store = null!;
    private Cairn.Catalog.Catalog _catalog = null!;
    private Action<TuneState, StepContext> _body = (s, _) => s.Rows = s.Model.Length + s.Log.Count;
    private bool _prefetch = true;
    private IReadOnlyList<string> _before = [];
    private int _seed;
    private string _model = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Flow<TuneState> Two => Flow.Of<TuneState>("Two")
        .Step("make", (s, _) => (s.Model, s.Note, s.Log, s.Accuracy) = ($"model {_seed}", $"note {_seed}", [_seed, 1], _seed))
        .Step("use", (s, step) =>
        {
            _before = _driver.Take();
            _body(s, step);
        }, new() { Prefetch = _prefetch });

    public async ValueTask InitializeAsync()
    {
        _driver = new(await new MemoryProvider().OpenAsync(new() { Root = StoreUri.Parse($"mem://{Guid.NewGuid():N}"), TimeProvider = TimeProvider.System }, Cancel));
        _store = new(_driver);
        _catalog = await Cairn.Catalog.Catalog.OpenAsync(new ArtifactRepository(_store, MaterializerRegistry.CreateDefault()), new() { User = "u:ada" }, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task What_a_step_has_read_the_last_time_is_loaded_before_it_starts()
    {
        await RunAsync(1);
        _before.ShouldBeEmpty();
        // The index on this machine knows of the first run.
        await _catalog.SyncAsync(cancellationToken: Cancel);
        var task = await RunAsync(2);
        _before.ShouldBe([await DigestAsync("Model"), await DigestAsync("Log")], ignoreOrder: true);
        _driver.Take().ShouldBeEmpty();
        task.Inputs.Select(i => i.Name).ShouldBe(["Log", "Model"], ignoreOrder: true);

        // Without a list in between, what the newest known run has read.
        await RunAsync(3);
        _before.Count.ShouldBe(2);
        _prefetch = false;
        await RunAsync(4);
        _before.ShouldBeEmpty();
        _driver.Take().Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_request_is_made_to_find_out()
    {
        await RunAsync(1);
        await _catalog.SyncAsync(cancellationToken: Cancel);
        _prefetch = false;
        _driver.TakeAll();
        await RunAsync(2);
        var without = _driver.TakeAll().Count;
        _prefetch = true;
        await RunAsync(3);
        _driver.TakeAll().Count.ShouldBe(without);
    }

    [Fact]
    public async Task A_value_that_the_step_does_not_read_is_no_input_and_is_not_saved_again()
    {
        await RunAsync(1);
        await _catalog.SyncAsync(cancellationToken: Cancel);
        _body = (s, _) => s.Rows = 1;
        var task = await RunAsync(2);
        _before.Count.ShouldBe(2);
        task.Inputs.ShouldBeEmpty();
        task.State.Keys.ShouldBe(["Rows"]);

        // It is set without being read, and read after that.
        _body = (s, _) =>
        {
            s.Log = [7];
            s.Rows = s.Log.Count;
        };
        task = await RunAsync(3);
        task.Inputs.ShouldBeEmpty();
        task.State.Keys.ShouldBe(["Rows", "Log"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_key_of_the_cache_has_only_what_the_step_reads()
    {
        var ran = 0;
        var rows = 0;
        var flow = Flow.Of<TuneState>("Keys")
            .Step("make", (s, _) => (s.Model, s.Rows, s.Note) = ("model", rows, null))
            .Step("use", (s, step) =>
            {
                ran++;
                s.Note = step.Parameter("which", "model").AsText() == "model" ? s.Model : $"{s.Rows}";
            }, new() { Cache = StepCache.On("v1") });
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        await flow.RunAsync(_catalog, new() { Parameters = { ["which"] = "rows" } }, Cancel);
        await _catalog.SyncAsync(cancellationToken: Cancel);
        ran.ShouldBe(2);
        // Loaded in advance, and not read: another value changes nothing.
        rows = 1;
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        ran.ShouldBe(2);
    }

    [Fact]
    public async Task A_value_that_cannot_be_loaded_matters_only_to_a_step_that_reads_it()
    {
        await RunAsync(1);
        await _catalog.SyncAsync(cancellationToken: Cancel);
        _driver.Refuses = path => path.Name == _model;
        _body = (s, _) => s.Rows = s.Log.Count;
        (await RunAsync(2)).Status.ShouldBe(RunStatus.Succeeded);
        _body = (s, _) => s.Rows = s.Model.Length;
        (await Should.ThrowAsync<StoreException>(() => RunAsync(3))).Message.ShouldContain("refuses");
    }

    [Fact]
    public async Task The_next_items_load_what_the_item_before_has_read()
    {
        ConcurrentQueue<int> loaded = new();
        var flow = Flow.Of<TuneState>("Items")
            .Step("make", (s, _) => (s.Model, s.Note, s.Rates) = ("model", "note", [1, 2, 3]))
            .ForEach("fit", s => s.Rates, (s, rate, _) =>
            {
                loaded.Enqueue(_driver.Take().Count);
                s.Accuracy = s.Model.Length * rate;
                loaded.Enqueue(_driver.Take().Count);
            }, new() { Parallelism = 1 })
            .Join("join", (s, inputs, _) => s.Rows = inputs.Count);
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        // The first task reads the rates in between.
        loaded.ShouldBe([1, 1, 1, 0, 1, 0]);
    }

    [Fact]
    public async Task At_most_32_values_are_loaded_in_advance()
    {
        var names = Enumerable.Range(0, 2 * 32).ToList();
        var flow = Flow.Of<WideState>("Wide")
            .Step("make", (s, _) => names.ForEach(i => s.Values[i].Set($"value {i} {_seed}")))
            .Step("use", (s, _) =>
            {
                _before = _driver.Take();
                s.Values[0].Set(string.Concat(names.Select(i => s.Values[i].Get())));
            });
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        await _catalog.SyncAsync(cancellationToken: Cancel);
        _seed++;
        _driver.Take();
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        _before.Count.ShouldBe(32);
    }

    [Fact]
    public async Task The_tasks_of_a_run_have_loaded_at_most_so_many_bytes_in_advance()
    {
        await using var run = await _catalog.StartRunAsync("Bytes", cancellationToken: Cancel);
        var prefetch = new Prefetch(_catalog, run.Writer) { MaxBytes = 250 };
        var value = new StateValue((await _catalog.Repository.SaveAsync(new string('x', 100), cancellationToken: Cancel)).Digest, null);
        var read = Bound();
        read.Model.Length.ShouldBe(100);
        prefetch.Note("use", read);

        var (one, two, three) = (await prefetch.LoadAsync("use", Bound(), Cancel), await prefetch.LoadAsync("use", Bound(), Cancel), Bound());
        using (await prefetch.LoadAsync("use", three, Cancel))
            Reads(three).ShouldBe(1);
        one.Dispose();
        using (await prefetch.LoadAsync("use", three, Cancel))
            Reads(three).ShouldBe(0);
        three = Bound();
        using (await prefetch.LoadAsync("use", three, Cancel))
            Reads(three).ShouldBe(0);
        two.Dispose();
        await run.CompleteAsync();

        TuneState Bound()
        {
            var state = new TuneState();
            foreach (var slot in ((IFlowState)state).Slots)
                slot.Bind(_catalog.Repository, slot.Name == nameof(TuneState.Model) ? value : null, "use", Cancel);
            return state;
        }

        int Reads(TuneState state)
        {
            _driver.Take();
            state.Model.Length.ShouldBe(100);
            return _driver.Take().Count;
        }
    }

    private async Task<TaskRecord> RunAsync(int seed)
    {
        _seed = seed;
        _model = (await _catalog.Repository.SaveAsync($"model {seed}", cancellationToken: Cancel)).Digest.Hex;
        _driver.Take();
        var run = await Two.RunAsync(_catalog, new(), Cancel);
        var reads = _driver.Take();
        var records = await _catalog.Runs.ReadRecordsAsync(RunReference.OfRun(run), withOrigins: false, Cancel);
        _driver.Take();
        _driver.Put(reads);
        return records[0].Tasks.Single(t => t.Step == "use");
    }

    [Fact]
    public async Task A_join_that_reads_a_property_of_one_branch_loads_it_for_the_next_ones()
    {
        await Wide((s, inputs, _) =>
        {
            _driver.Take();
            // No read is answered before those of the branch and of the 32 after it have begun.
            _driver.Hold(1 + Prefetch.MaxCount);
            s.Rows = inputs.Sum(i => i.Model.Length);
        }).RunAsync(_catalog, cancellationToken: Cancel);
        _driver.Take().Count.ShouldBe(100);
        var run = await LatestAsync();
        (await run["join"].Task.Data.GetAsync<int>("Rows", Cancel)).ShouldBe(Enumerable.Range(0, 100).Sum(i => $"model {i}".Length));
        run["join"].Task.Inputs.Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_join_loads_nothing_ahead_that_it_does_not_read_of_any_branch()
    {
        List<string> reads = [];
        await Wide((_, inputs, step) =>
        {
            step.Merge(inputs, exclude: ["Model"]);
            reads = _driver.Take();
        }).RunAsync(_catalog, cancellationToken: Cancel);
        reads.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_loaded_ahead_and_not_read_is_no_input_and_its_errors_do_not_count(bool prefetch)
    {
        List<string> before = [], all = [];
        var flow = Wide((s, inputs, _) =>
        {
            before = _driver.Take();
            if (all.Count > 0)
            {
                _driver.Refuses = p => p.Name == all[5];
                _driver.Hold(prefetch ? 1 + Prefetch.MaxCount : 1);
            }
            s.Rows = inputs[0].Model.Length;
        }, prefetch);
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        (await LatestAsync())["join"].Task.Inputs.Select(i => i.Name).ShouldBe(["Model"]);
        await foreach (var task in (await LatestAsync())["fit"].TasksAsync(Cancel).OrderBy(t => t.Index))
            all.Add(task["Model"].Digest.Hex);
        _driver.Take();
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        before.ShouldBeEmpty();
        _driver.Take().Count.ShouldBe(prefetch ? 1 + Prefetch.MaxCount : 1);
        (await LatestAsync())["join"].Task.Inputs.Select(i => i.Name).ShouldBe(["Model"]);
    }

    [Fact]
    public async Task A_join_that_ends_does_not_wait_for_values_that_it_has_not_read()
    {
        List<string> all = [];
        var flow = Wide((s, inputs, _) =>
        {
            if (all.Count > 0)
                _driver.Stalls = p => p.Name != all[0];
            s.Rows = inputs[0].Model.Length;
            if (all.Count > 0)
                SpinWait.SpinUntil(() => _driver.Stalled > 0, TimeSpan.FromSeconds(60)).ShouldBeTrue();
            _driver.Stalls = _ => false;
        });
        await flow.RunAsync(_catalog, cancellationToken: Cancel);
        await foreach (var task in (await LatestAsync())["fit"].TasksAsync(Cancel).OrderBy(t => t.Index))
            all.Add(task["Model"].Digest.Hex);
        await flow.RunAsync(_catalog, cancellationToken: Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        (await LatestAsync())["join"].Task.Inputs.Select(i => i.Name).ShouldBe(["Model"]);
    }

    private async Task<RunInfo> LatestAsync() => (await _catalog.Flow("Wide").LatestAsync(cancellationToken: Cancel))!;

    private static Flow<TuneState> Wide(Action<TuneState, JoinInputs<TuneState>, StepContext> join, bool prefetch = true) => Flow.Of<TuneState>("Wide")
        .ForEach("fit", _ => Enumerable.Range(0, 100), (s, i, _) => s.Model = $"model {i}", new() { Parallelism = 4 })
        .Join("join", join, new() { Prefetch = prefetch });

    private async Task<string> DigestAsync(string name)
    {
        var run = await _catalog.Flow("Two").LatestAsync(cancellationToken: Cancel);
        return run!["make"].Task[name].Digest.Hex;
    }

    /// <summary>Records which artifacts are read, and refuses those that a test names.</summary>
    private sealed class ReadingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        private readonly Lock _lock = new();
        private readonly List<string> _reads = [];
        private readonly List<string> _all = [];

        private TaskCompletionSource? _held;
        private int _left;
        private int _stalled;

        public Func<StorePath, bool> Refuses { get; set; } = _ => false;

        /// <summary>Gets or sets the artifacts whose reads end only when they are cancelled.</summary>
        public Func<StorePath, bool> Stalls { get; set; } = _ => false;

        public int Stalled => Volatile.Read(ref _stalled);

        /// <summary>Answers no read of an artifact before so many have begun.</summary>
        public void Hold(int count) => (_left, _held) = (count, new(TaskCreationOptions.RunContinuationsAsynchronously));

        public List<string> Take() => Take(_reads);

        public List<string> TakeAll() => Take(_all);

        public void Put(List<string> reads)
        {
            lock (_lock)
                _reads.AddRange(reads);
        }

        public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
        {
            var isArtifact = request.Path.Value.Contains("/blobs/", StringComparison.Ordinal);
            lock (_lock)
            {
                _all.Add($"read {request.Path}");
                if (isArtifact)
                    _reads.Add(request.Path.Name);
            }
            if (isArtifact && Stalls(request.Path))
            {
                Interlocked.Increment(ref _stalled);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            if (isArtifact && _held is { } held)
            {
                if (Interlocked.Decrement(ref _left) == 0)
                    held.SetResult();
                await held.Task.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
            }
            return Refuses(request.Path) ? throw new StoreException(StoreErrorCode.PermissionDenied, "the test refuses the request") : await Inner.OpenReadAsync(request, cancellationToken);
        }

        public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken)
        {
            lock (_lock)
                _all.Add($"list {request.Directory}");
            return Inner.ListAsync(request, cancellationToken);
        }

        public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
        {
            lock (_lock)
                _all.Add($"stat {path}");
            return Inner.StatAsync(path, cancellationToken);
        }

        private List<string> Take(List<string> from)
        {
            lock (_lock)
            {
                List<string> taken = [.. from];
                from.Clear();
                return taken;
            }
        }
    }

    private sealed class WideState : IFlowState
    {
        public WideState() => Slots = [.. Values = [.. Enumerable.Range(0, 100).Select(i => new StateSlot<string>(nameof(WideState), $"Value{i}", SlotTraits.Immutable))]];

        public IReadOnlyList<StateSlot<string>> Values { get; }

        public IReadOnlyList<StateSlot> Slots { get; }
    }
}
