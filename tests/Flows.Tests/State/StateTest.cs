using Cairn;
using Cairn.Artifacts;
using Cairn.Flows;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Flows.Tests.State;

/// <summary>A repository in memory that counts the loads and saves of models, and can hold a load back.</summary>
public abstract class StateTest : IAsyncLifetime
{
    private ArtifactStore? _store;

    protected ArtifactRepository Repository { get; private set; } = null!;

    protected int Loads { get; private set; }

    /// <summary>A load of a model waits until this completes.</summary>
    protected Task LoadGate { get; set; } = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _store = await ArtifactStore.OpenAsync(new MemoryProvider(), $"mem://{Guid.NewGuid():N}");
        var materializers = MaterializerRegistry.CreateDefault().Add<Model>(
            "test-model",
            "text/plain",
            static async (model, stream, stopping) => await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(string.Join(';', model.Weights)), stopping),
            async (stream, stopping) =>
            {
                Loads++;
                await LoadGate.WaitAsync(stopping);
                using var reader = new StreamReader(stream);
                return new() { Weights = [.. (await reader.ReadToEndAsync(stopping)).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse)] };
            });
        Repository = new(_store, materializers);
    }

    public async ValueTask DisposeAsync()
    {
        await _store!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<StateValue> SavedAsync<T>(T value, Guid? task = null)
        where T : notnull => new((await Repository.SaveAsync(value)).Digest, task);

    /// <summary>A state whose properties have the given values before the task.</summary>
    protected TState Bound<TState>(Dictionary<string, StateValue>? values = null, string? step = null, CancellationToken stopping = default)
        where TState : IFlowState, new()
    {
        var state = new TState();
        Bind(state, values ?? [], step, stopping);
        return state;
    }

    protected void Bind(IFlowState state, Dictionary<string, StateValue> values, string? step = null, CancellationToken stopping = default)
    {
        foreach (var slot in state.Slots)
            slot.Bind(Repository, values.TryGetValue(slot.Name, out var value) ? value : null, step, stopping);
    }

    protected static StateSlot Slot(IFlowState state, string name) => state.Slots.Single(s => s.Name == name);
}
