using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Streams;
using Cairn.Workspaces;
using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>The stores of a program by name, each opened when it is first asked for and kept.</summary>
/// <remarks>
/// A singleton of the container, which owns the stores: dispose the container asynchronously. Safe to use from many threads. An opening that fails is tried again by the
/// next call.
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

    /// <summary>The stores' names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _stores.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The name of the default store: the one that was chosen, or the only one; null when there is none.</summary>
    public string? DefaultName { get; }

    /// <summary>A store, opened on the first call.</summary>
    /// <param name="name">Its name; null for the default store.</param>
    /// <param name="cancellationToken">Cancels the wait and the opening.</param>
    /// <returns>The store; it stays the container's to dispose.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no such store, or it cannot be opened; the message lists what there is.</exception>
    public async ValueTask<ArtifactStore> GetAsync(string? name = null, CancellationToken cancellationToken = default)
    {
        var store = Find(name);
        return await _opened.GetAsync(store.Name, OpenAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask<ArtifactStore> OpenAsync(CancellationToken token) =>
            await ArtifactStore.OpenAsync(await _flavors.GetProviderAsync(store.Flavor, token).ConfigureAwait(false), store.Root, store.Options, _storeOptions, token).ConfigureAwait(false);
    }

    /// <summary>Disposes every store that was opened.</summary>
    public ValueTask DisposeAsync() => _opened.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, for owners that cannot wait.</summary>
    public void Dispose() => Synchronously.Dispose(this);

    /// <summary>As <see cref="GetAsync"/>, for the container, which cannot await. Opening makes no service call: there is nothing to wait for but a plugin that is loaded.</summary>
    internal ArtifactStore Get(string? name)
    {
        return Synchronously.WaitOutsideContext(() => GetAsync(name));
    }

    /// <summary>The root of a store, which is not opened for that.</summary>
    internal StoreUri RootOf(string name) => Find(name).Root;

    private RegisteredStore Find(string? name)
    {
        if ((name ?? DefaultName) is not { } wanted)
            throw Invalid($"no default store is chosen; there are {ErrorText.List(Names)}");
        return _stores.TryGetValue(wanted, out var store) ? store : throw Invalid($"there is no store '{ErrorText.Escape(wanted)}'; there are {ErrorText.List(Names)}");
    }

    private static StoreException Invalid(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
