using Cairn.Addresses;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn;

/// <summary>The verbs of <see cref="ArtifactStore"/> on absolute addresses of any scheme, also between two schemes.</summary>
/// <remarks>
/// <para>An address belongs to the registered store whose root holds it, the deepest first; otherwise to a store on its container, opened by the registered provider of its scheme
/// on first use and kept. Paths in results are relative to <see cref="StoreFor"/>'s root; <see cref="ArtifactStore.Root"/> and the path give the address.</para>
/// <para>Safe to use from many threads. Disposing it disposes the stores that it opened, not those that were registered.</para>
/// </remarks>
public sealed partial class StoreIo : IAsyncDisposable, IDisposable
{
    private readonly StoreResolver _resolver;

    /// <summary>Makes one over no stores yet.</summary>
    /// <param name="options">How the stores that it opens work; null for the defaults.</param>
    public StoreIo(ArtifactStoreOptions? options = null) => _resolver = new((options ?? new()).Checked());

    /// <summary>Registers a provider for the schemes that its <see cref="StoreFlavorAttribute"/> names; a later one takes a scheme over, for containers not opened yet.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="optionValues">The flavor's options for every store that it opens, as text by name, secrets resolved; null for none.</param>
    /// <returns>This.</returns>
    /// <exception cref="ArgumentException">The provider says no scheme.</exception>
    public StoreIo Register(IStoreProvider provider, IReadOnlyDictionary<string, string>? optionValues = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _resolver.Add(FlavorDescriptor.Of(provider.GetType()), provider, optionValues);
        return this;
    }

    /// <summary>Registers every flavor of a registry, for schemes of which no provider is registered by itself. A flavor's provider is made or loaded when an address first needs it.</summary>
    /// <param name="flavors">The flavors; those that are added later count too.</param>
    /// <returns>This.</returns>
    public StoreIo Register(FlavorRegistry flavors)
    {
        ArgumentNullException.ThrowIfNull(flavors);
        _resolver.Add(flavors);
        return this;
    }

    /// <summary>Registers a store for the addresses at and below its root.</summary>
    /// <param name="store">The store; it stays the caller's to dispose.</param>
    /// <returns>This.</returns>
    public StoreIo Register(ArtifactStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _resolver.Add(store);
        return this;
    }

    /// <summary>Registers a store that is opened when an address at or below its root first needs it.</summary>
    public StoreIo Register(StoreUri root, Func<CancellationToken, ValueTask<ArtifactStore>> open)
    {
        _resolver.Add(root, open);
        return this;
    }

    /// <summary>The store that an address belongs to, and the address's path in it.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/> when no registered provider serves the scheme.</exception>
    public ValueTask<StoreLocation> StoreFor(StoreUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return _resolver.ResolveAsync(uri, cancellationToken);
    }

    /// <summary>Disposes the stores that were opened here.</summary>
    public ValueTask DisposeAsync() => _resolver.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, for owners that cannot wait.</summary>
    public void Dispose() => Synchronously.Dispose(this);
}
