namespace Cairn.Io;

/// <summary>Stores that are opened when first asked for, once each, and disposed together. Safe for concurrent use.</summary>
internal sealed class OpenedStores<TKey>(Type owner) : IAsyncDisposable
    where TKey : notnull
{
    private readonly Dictionary<TKey, ArtifactStore> _opened = [];
    private readonly SemaphoreSlim _opening = new(1, 1);
    private bool _disposed;

    public bool IsDisposed => Volatile.Read(ref _disposed);

    /// <summary>The store of a key.</summary>
    /// <exception cref="ObjectDisposedException">The owner was disposed.</exception>
    public async ValueTask<ArtifactStore> GetAsync(TKey key, Func<CancellationToken, ValueTask<ArtifactStore>> open, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, owner);
            if (!_opened.TryGetValue(key, out var store))
                _opened.Add(key, store = await open(cancellationToken).ConfigureAwait(false));
            return store;
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            foreach (var store in _opened.Values)
                await store.DisposeAsync().ConfigureAwait(false);
            _opened.Clear();
        }
        finally
        {
            _opening.Release();
        }
    }
}
