using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Streams;
using Cairn.Workspaces;
using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>The named stores of a program. Each store is opened on first use and stays open until disposal.</summary>
/// <remarks>
/// Registered as a singleton in the container, which owns the stores: dispose the container asynchronously. Thread-safe. If opening a store fails, the next
/// call tries again.
/// </remarks>
public sealed class ArtifactStores : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<string, RegisteredStore> _stores;
    private readonly OpenedStores<string> _opened = new(typeof(ArtifactStores));
    private readonly FlavorRegistry _flavors;
    private readonly ArtifactStoreOptions _storeOptions;

    internal ArtifactStores(IOptions<CairnOptions> options, FlavorRegistry flavors, ArtifactStoreOptions storeOptions)
    {
        var cairn = options.Value;
        _stores = cairn.Stores.ToDictionary(s => s.Key, s => CairnOptionsValidator.Registered(s.Key, s.Value, flavors), StringComparer.Ordinal);
        DefaultName = cairn.DefaultStore ?? (_stores.Count == 1 ? _stores.Keys.Single() : null);
        (_flavors, _storeOptions) = (flavors, storeOptions);
    }

    /// <summary>Gets the names of the stores, in ordinal order.</summary>
    public IReadOnlyList<string> Names => [.. _stores.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Gets the name of the default store: the chosen one, or the only one. Null if there is no default store.</summary>
    public string? DefaultName { get; }

    /// <summary>Gets a store. The first call opens it.</summary>
    /// <param name="name">The name of the store, or null for the default store.</param>
    /// <param name="cancellationToken">Cancels the opening, or the wait for an opening that another call started.</param>
    /// <returns>The store. The container owns it; do not dispose it.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the store does not exist or cannot be opened. The message lists
    /// the available stores.</exception>
    public async ValueTask<ArtifactStore> GetAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        var store = Find(name);
        return await _opened.GetAsync(store.Name, OpenAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask<ArtifactStore> OpenAsync(CancellationToken token) =>
            await ArtifactStore.OpenAsync(await _flavors.GetProviderAsync(store.Flavor, token).ConfigureAwait(false), store.Root, store.Options, _storeOptions, token).ConfigureAwait(false);
    }

    /// <summary>Disposes all stores that have been opened.</summary>
    public ValueTask DisposeAsync() => _opened.DisposeAsync();

    /// <summary>Synchronous version of <see cref="DisposeAsync"/>, for owners that cannot await.</summary>
    public void Dispose() => Synchronously.Dispose(this);

    /// <summary>
    /// Synchronous version of <see cref="GetAsync"/>, for the container. Opening a store makes no service call; at most, it loads a plugin.
    /// </summary>
    internal ArtifactStore Get(string? name)
    {
        return Synchronously.WaitOutsideContext(() => GetAsync(name));
    }

    /// <summary>Returns the root of a store without opening it.</summary>
    internal StoreUri RootOf(string name) => Find(name).Root;

    private RegisteredStore Find(string? name)
    {
        if ((name ?? DefaultName) is not { } wanted)
            throw Invalid($"no default store is chosen; available: {ErrorText.List(Names)}");
        return _stores.TryGetValue(wanted, out var store) ? store : throw Invalid($"unknown store '{ErrorText.Escape(wanted)}'; available: {ErrorText.List(Names)}");
    }

    private static StoreException Invalid(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
