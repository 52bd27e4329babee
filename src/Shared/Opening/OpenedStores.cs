namespace Cairn.Flavors;

/// <summary>
/// Stores that are opened on first use, once each, and disposed together. Thread-safe; a store that opens slowly does not block the others.
/// </summary>
internal sealed class OpenedStores<TKey>(Type owner) : IAsyncDisposable
    where TKey : notnull
{
    private readonly Dictionary<TKey, Slot> _slots = [];
    private bool _disposed;

    public bool IsDisposed => Volatile.Read(ref _disposed);

    /// <summary>Returns the store of a key.</summary>
    /// <exception cref="ObjectDisposedException">The owner was disposed.</exception>
    public async ValueTask<ArtifactStore> GetAsync(TKey key, Func<CancellationToken, ValueTask<ArtifactStore>> open, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Slot? slot;
        lock (_slots)
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);
            if (!_slots.TryGetValue(key, out slot))
                _slots.Add(key, slot = new());
            if (slot.Store is { } there)
                return there;
        }
        await slot.Opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(IsDisposed, owner);
            return slot.Store ??= await open(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slot.Opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Slot[] slots;
        lock (_slots)
        {
            _disposed = true;
            slots = [.. _slots.Values];
            _slots.Clear();
        }
        foreach (var slot in slots)
        {
            await slot.Opening.WaitAsync().ConfigureAwait(false);
            if (slot.Store is { } store)
                await store.DisposeAsync().ConfigureAwait(false);
            slot.Opening.Release();
        }
    }

    /// <summary>One store and its opening.</summary>
    private sealed class Slot
    {
        private volatile ArtifactStore? _store;

        public SemaphoreSlim Opening { get; } = new(1, 1);

        public ArtifactStore? Store
        {
            get => _store;
            set => _store = value;
        }
    }
}
