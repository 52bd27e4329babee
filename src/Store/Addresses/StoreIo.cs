using Cairn.Addresses;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn;

/// <summary>The operations of <see cref="ArtifactStore"/> on URIs of any scheme, also between two schemes.</summary>
/// <remarks>
/// <para>
/// <para>A URI belongs to the registered store whose root contains it (the deepest root wins); otherwise, to a store for its container, which the registered
/// provider of its scheme opens on first use. Paths in results are relative to the root of <see cref="StoreFor"/>; <see cref="ArtifactStore.Root"/> and the
/// path form the URI.</para>
/// </para>
/// <para><para>Thread-safe. Disposal disposes the stores that this object opened, but not registered stores.</para></para>
/// </remarks>
public sealed partial class StoreIo : IAsyncDisposable, IDisposable
{
    private readonly StoreResolver _resolver;

    /// <summary>Initializes a new instance without stores.</summary>
    /// <param name="options">Options of the stores that it opens. Optional.</param>
    public StoreIo(ArtifactStoreOptions? options = null) => _resolver = new((options ?? new()).Checked());

    /// <summary>
    /// Registers a provider for the schemes of its <see cref="StoreFlavorAttribute"/>. A later registration replaces an earlier one for containers that are
    /// not open yet.
    /// </summary>
    /// <param name="provider">The provider.</param>
    /// <param name="optionValues">The options of the flavor for every store that it opens, as text by name, with secrets resolved. Optional.</param>
    /// <returns>This instance.</returns>
    /// <exception cref="ArgumentException">The provider declares no scheme.</exception>
    public StoreIo Register(IStoreProvider provider, IReadOnlyDictionary<string, string>? optionValues = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _resolver.Add(FlavorDescriptor.Of(provider.GetType()), provider, optionValues);
        return this;
    }

    /// <summary>
    /// Registers all flavors of a registry, for schemes without a registered provider. The provider of a flavor is created or loaded on first use.
    /// </summary>
    /// <param name="flavors">The flavors, including those that are added later.</param>
    /// <returns>This instance.</returns>
    public StoreIo Register(FlavorRegistry flavors)
    {
        ArgumentNullException.ThrowIfNull(flavors);
        _resolver.Add(flavors);
        return this;
    }

    /// <summary>Registers a store for the URIs at and below its root.</summary>
    /// <param name="store">The store. The caller disposes it.</param>
    /// <returns>This instance.</returns>
    public StoreIo Register(ArtifactStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _resolver.Add(store);
        return this;
    }

    /// <summary>Registers a store that is opened when a URI at or below its root is first used.</summary>
    public StoreIo Register(StoreUri root, Func<CancellationToken, ValueTask<ArtifactStore>> open)
    {
        _resolver.Add(root, open);
        return this;
    }

    /// <summary>Returns the store of a URI, and the path of the URI in it.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: no registered provider supports the scheme.</exception>
    public ValueTask<StoreLocation> StoreFor(StoreUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return _resolver.ResolveAsync(uri, cancellationToken);
    }

    /// <summary>Disposes the stores that this object opened.</summary>
    public ValueTask DisposeAsync() => _resolver.DisposeAsync();

    /// <summary>Synchronous version of <see cref="DisposeAsync"/>, for owners that cannot await.</summary>
    public void Dispose() => Synchronously.Dispose(this);
}
