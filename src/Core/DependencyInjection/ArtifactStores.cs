using Microsoft.Extensions.Options;

namespace Cairn;

/// <summary>The stores of a program by name, each opened when it is first asked for and kept.</summary>
/// <remarks>
/// A singleton of the container, which owns the stores: dispose the container asynchronously. Safe to use from many threads. An opening that fails is tried again by the
/// next call.
/// </remarks>
public sealed class ArtifactStores : IAsyncDisposable
{
    private readonly Dictionary<string, RegisteredStore> _stores;
    private readonly Dictionary<string, ArtifactStore> _opened = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _opening = new(1);
    private readonly FlavorRegistry _flavors;
    private readonly ArtifactStoreOptions _storeOptions;
    private bool _disposed;

    internal ArtifactStores(IOptions<CairnOptions> options, FlavorRegistry flavors, ArtifactStoreOptions storeOptions)
    {
        var cairn = options.Value;
        _stores = cairn.Stores.ToDictionary(s => s.Key, s => CairnOptionsValidator.Registered(s.Key, s.Value, flavors), StringComparer.Ordinal);
        DefaultName = cairn.DefaultStore ?? (_stores.Count == 1 ? _stores.Keys.Single() : null);
        (_flavors, _storeOptions) = (flavors, storeOptions);
    }

    /// <summary>The stores' names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _stores.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The name of the default store: the one that was chosen, or the only one; null when there is none.</summary>
    public string? DefaultName { get; }

    /// <summary>A store, opened on the first call.</summary>
    /// <param name="name">Its name; null for the default store.</param>
    /// <param name="cancellationToken">Cancels the wait and the opening.</param>
    /// <returns>The store; it stays the container's to dispose.</returns>
    /// <exception cref="ArtifactStoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such store, or it cannot be opened; the message lists what there is.</exception>
    public async ValueTask<ArtifactStore> GetAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        var store = Find(name);
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_opened.TryGetValue(store.Name, out var opened))
                return opened;
            var provider = await _flavors.GetProviderAsync(store.Flavor, cancellationToken).ConfigureAwait(false);
            opened = await ArtifactStore.OpenAsync(provider, store.Root, store.Options, _storeOptions, cancellationToken).ConfigureAwait(false);
            _opened.Add(store.Name, opened);
            return opened;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Disposes every store that was opened.</summary>
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

    /// <summary>As <see cref="GetAsync"/>, for the container, which cannot await. Opening makes no service call: there is nothing to wait for but a plugin that is loaded.</summary>
    internal ArtifactStore Get(string? name)
    {
        // Without a synchronization context: a provider that forgot ConfigureAwait would otherwise wait for the thread that waits for it.
        var opening = SynchronizationContext.Current is null ? GetAsync(name).AsTask() : Task.Run(() => GetAsync(name).AsTask());
        return opening.GetAwaiter().GetResult();
    }

    private RegisteredStore Find(string? name)
    {
        if ((name ?? DefaultName) is not { } wanted)
            throw Invalid($"no default store is chosen; there are {FlavorRegistry.Names(Names)}");
        return _stores.TryGetValue(wanted, out var store) ? store : throw Invalid($"there is no store '{ArtifactPath.ForMessage(wanted)}'; there are {FlavorRegistry.Names(Names)}");
    }

    private static ArtifactStoreException Invalid(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
