using System.Globalization;
using System.Text;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Errors;

namespace Cairn.Flows.Engine;

/// <summary>The items of a foreach, whose type only the description knows.</summary>
internal abstract class ItemSource<TState>
    where TState : class, IFlowState, new()
{
    /// <summary>Gets the most items that run at the same time.</summary>
    public abstract int Parallelism { get; }

    public abstract ForEachFailure OnFailure { get; }

    /// <summary>Gets whether other processes run the tasks of the items.</summary>
    public abstract bool RunsElsewhere { get; }

    /// <summary>Enumerates the items from the state.</summary>
    public abstract FlowItems<TState> Enumerate(TState state);

    /// <summary>Loads the items that an earlier enumeration has saved.</summary>
    public abstract Task<FlowItems<TState>> LoadAsync(ArtifactRepository repository, BlobDigest items, CancellationToken cancellationToken);
}

/// <summary>Enumerated items.</summary>
internal abstract class FlowItems<TState>
    where TState : class, IFlowState, new()
{
    /// <summary>Gets the keys, in the order of the items.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    public abstract Task<BlobDigest> SaveAsync(ArtifactRepository repository, CancellationToken cancellationToken);

    /// <summary>Saves one item, whose digest is part of the key of the step cache.</summary>
    public abstract Task<BlobDigest> SaveAsync(ArtifactRepository repository, int index, CancellationToken cancellationToken);

    public abstract Func<TState, StepContext, Task> BodyOf(int index);
}

/// <summary>The items of a split: the keys, and the items when a task needs them.</summary>
/// <param name="keys">The keys, in the order of the items.</param>
/// <param name="load">Loads the items.</param>
internal sealed class SplitItems<TState>(IReadOnlyList<string> keys, Func<CancellationToken, Task<FlowItems<TState>>> load)
    where TState : class, IFlowState, new()
{
    private readonly Lock _lock = new();
    private Task<FlowItems<TState>>? _items;

    public IReadOnlyList<string> Keys { get; } = keys;

    /// <summary>Loads the items once. The first caller's token cancels the load; the next caller repeats one that failed.</summary>
    public Task<FlowItems<TState>> LoadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_items is null or { IsFaulted: true } or { IsCanceled: true })
                _items = load(cancellationToken);
            return _items;
        }
    }
}

/// <summary>Items of one type.</summary>
internal sealed class ItemSource<TState, TItem>(string step, Func<TState, IEnumerable<TItem>> items, Func<TState, TItem, StepContext, Task> body, ForEachOptions<TItem> options) : ItemSource<TState>
    where TState : class, IFlowState, new()
{
    private const int MaxKeyBytes = 255;
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // Those who wait take no processor.
    public override int Parallelism { get; } = options.RunsElsewhere ? int.MaxValue : options.Parallelism ?? Environment.ProcessorCount;

    public override bool RunsElsewhere => options.RunsElsewhere;

    public override ForEachFailure OnFailure => options.OnFailure;

    public override FlowItems<TState> Enumerate(TState state) => Of([.. items(state)]);

    public override async Task<FlowItems<TState>> LoadAsync(ArtifactRepository repository, BlobDigest items, CancellationToken cancellationToken) =>
        Of(await repository.LoadAsync<TItem[]>(items, cancellationToken).ConfigureAwait(false));

    private static bool IsKey(string? key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > MaxKeyBytes)
            return false;
        try
        {
            return _strict.GetByteCount(key) <= MaxKeyBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private Items Of(TItem[] values)
    {
        var keys = new List<string>(values.Length);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var i = 0; i < values.Length; i++)
        {
            var key = options.Key is { } keyOf ? keyOf(values[i]) : i.ToString(CultureInfo.InvariantCulture);
            if (!IsKey(key))
                throw new InvalidOperationException($"The item {i} of the step '{step}' has the key '{ErrorText.Escape(key ?? "")}'; a key has 1 to {MaxKeyBytes} bytes of UTF-8, and no unpaired surrogate.");
            if (!seen.Add(key))
                throw new InvalidOperationException($"Two items of the step '{step}' have the key '{ErrorText.Escape(key)}'. Give each item its own key.");
            keys.Add(key);
        }
        return new Items(values, body) { Keys = keys };
    }

    private sealed class Items(TItem[] values, Func<TState, TItem, StepContext, Task> body) : FlowItems<TState>
    {
        public override async Task<BlobDigest> SaveAsync(ArtifactRepository repository, CancellationToken cancellationToken) =>
            (await repository.SaveAsync(values, cancellationToken: cancellationToken).ConfigureAwait(false)).Digest;

        public override async Task<BlobDigest> SaveAsync(ArtifactRepository repository, int index, CancellationToken cancellationToken) =>
            (await repository.SaveAsAsync(values[index]!, typeof(TItem), cancellationToken: cancellationToken).ConfigureAwait(false)).Digest;

        public override Func<TState, StepContext, Task> BodyOf(int index)
        {
            var item = values[index];
            return (state, step) => body(state, item, step);
        }
    }
}
