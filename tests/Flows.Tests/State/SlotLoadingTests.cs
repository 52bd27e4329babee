using System.Collections.Concurrent;
using Cairn;
using Cairn.Flows;

namespace Flows.Tests.State;

/// <summary>When a value is loaded, how often, and on which thread.</summary>
public sealed class SlotLoadingTests : StateTest
{
    [Fact]
    public async Task Concurrent_reads_load_once_and_return_the_same_object()
    {
        var gate = new TaskCompletionSource();
        LoadGate = gate.Task;
        var state = await ModelStateAsync();

        var waiting = Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Task.Factory.StartNew(() => state.Model, TaskCreationOptions.LongRunning) : state.ModelAsync().AsTask()).ToList();
        gate.SetResult();
        var models = await Task.WhenAll(waiting);

        models.Distinct().Count().ShouldBe(1);
        state.Model.ShouldBeSameAs(models[0]);
        Loads.ShouldBe(1);
    }

    [Fact]
    public async Task A_getter_waits_for_nothing_that_was_prefetched()
    {
        var state = await ModelStateAsync();

        await Slot(state, "Model").LoadAsync(TestContext.Current.CancellationToken);

        state.ModelAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully.ShouldBeTrue();
        state.Model.Weights.ShouldBe([1]);
        Loads.ShouldBe(1);
    }

    [Fact]
    public async Task Prefetching_what_has_no_value_or_was_set_does_nothing()
    {
        var state = await ModelStateAsync();
        state.Model = new();

        await Slot(state, "Model").LoadAsync(TestContext.Current.CancellationToken);
        await Slot(state, "Best").LoadAsync(TestContext.Current.CancellationToken);
        await Slot(new TrainState(), "Best").LoadAsync(TestContext.Current.CancellationToken);

        Loads.ShouldBe(0);
    }

    /// <summary>A user interface has one thread: a load that continued on it would wait for the getter, which waits for the load.</summary>
    [Fact]
    public async Task A_getter_on_the_only_thread_of_a_context_does_not_wait_for_itself()
    {
        var state = await ModelStateAsync();
        LoadGate = Task.Delay(20, TestContext.Current.CancellationToken);

        var read = SingleThread.RunAsync(() => state.Model);

        (await read.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Weights.ShouldBe([1]);
    }

    [Fact]
    public async Task A_load_that_failed_throws_its_own_error_and_is_repeated()
    {
        var state = await ModelStateAsync();
        LoadGate = Task.FromException(new InvalidDataException("broken"));

        Should.Throw<MaterializationException>(() => state.Model).Message.ShouldContain("broken");
        LoadGate = Task.CompletedTask;

        state.Model.Weights.ShouldBe([1]);
        Loads.ShouldBe(2);
    }

    [Fact]
    public async Task A_read_that_failed_leaves_the_value_as_it_was()
    {
        var state = await ModelStateAsync();
        LoadGate = Task.FromException(new InvalidDataException("broken"));
        Should.Throw<MaterializationException>(() => state.Model);

        (await Slot(state, "Model").SaveAsync(TestContext.Current.CancellationToken)).ShouldBe(new SlotOutcome.Unchanged(Slot(state, "Model").Value));
    }

    [Fact]
    public async Task Cancelling_the_step_ends_a_getter_that_waits()
    {
        using var stopping = new CancellationTokenSource();
        LoadGate = new TaskCompletionSource().Task;
        var state = await ModelStateAsync(stopping.Token);

        var read = Task.Factory.StartNew(() => state.Model, TaskCreationOptions.LongRunning);
        await stopping.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Cancelling_one_reader_leaves_the_load_to_the_others()
    {
        var gate = new TaskCompletionSource();
        LoadGate = gate.Task;
        var state = await ModelStateAsync();
        using var cancelled = new CancellationTokenSource();

        var (one, other) = (state.ModelAsync(cancelled.Token).AsTask(), state.ModelAsync(TestContext.Current.CancellationToken).AsTask());
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => one);
        gate.SetResult();

        (await other).Weights.ShouldBe([1]);
        Loads.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_set_during_a_load_remains()
    {
        var gate = new TaskCompletionSource();
        LoadGate = gate.Task;
        var state = await ModelStateAsync();
        var loading = state.ModelAsync(TestContext.Current.CancellationToken).AsTask();

        var mine = new Model { Weights = [9] };
        state.Model = mine;
        gate.SetResult();
        await loading;

        state.Model.ShouldBeSameAs(mine);
    }

    private async Task<TrainState> ModelStateAsync(CancellationToken stopping = default) =>
        Bound<TrainState>(new() { ["Model"] = await SavedAsync(new Model { Weights = [1] }) }, stopping: stopping);

    /// <summary>A context whose continuations run on one thread, in order.</summary>
    private sealed class SingleThread : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> _queue = [];

        public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(
            () =>
            {
                SetSynchronizationContext(new SingleThread());
                return work();
            },
            TaskCreationOptions.LongRunning);

        /// <summary>Nobody takes work from the queue: what comes here waits for ever.</summary>
        public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));
    }
}
