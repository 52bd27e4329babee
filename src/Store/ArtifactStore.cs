using Cairn.Engine;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Layers;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn;

/// <summary>A store: a root URI and the driver that serves it, with one file-system-like API whatever the flavor.</summary>
/// <remarks>
/// <para>Safe to use from many threads; a stream that it opens is for one caller at a time. Every call looks at its token first and changes nothing when it is already
/// cancelled.</para>
/// <para>Failures are <see cref="StoreException"/>; misuse is an <see cref="ArgumentException"/> or <see cref="ObjectDisposedException"/>; cancellation is an
/// <see cref="OperationCanceledException"/>.</para>
/// </remarks>
public sealed partial class ArtifactStore : IAsyncDisposable, IDisposable
{
    /// <summary>Makes a store over a driver.</summary>
    /// <param name="driver">The driver; owned: disposing the store disposes it.</param>
    /// <param name="options">How the store works; null for the defaults.</param>
    public ArtifactStore(StoreDriver driver, ArtifactStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(driver);
        Core = new(driver, (options ?? new()).Checked());
    }

    private ArtifactStore(StoreCore core) => Core = core;

    /// <summary>The address of the store's root, free of secrets.</summary>
    public StoreUri Root => Core.Root;

    /// <summary>Where the root really is, for comparison alone: stores of one address at two services are at two places, and two stores at one place are one.</summary>
    public StoreUri Place => Core.Place;

    /// <summary>What the store can do.</summary>
    public StoreCapabilities Capabilities => Core.Capabilities;

    /// <summary>How the store works.</summary>
    public ArtifactStoreOptions Options => Core.Options;

    internal StoreCore Core { get; }

    /// <summary>Opens a store.</summary>
    /// <param name="provider">The flavor's provider.</param>
    /// <param name="root">The root, of a scheme that the provider serves.</param>
    /// <param name="optionValues">The flavor's options and those of the layers (<see cref="LayerOptions"/>) as text by name, secrets resolved; null for none.</param>
    /// <param name="options">How the store works; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A store that the caller disposes.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/> when the root or an option is wrong.</exception>
    public static async ValueTask<ArtifactStore> OpenAsync(
        IStoreProvider provider,
        StoreUri root,
        IReadOnlyDictionary<string, string>? optionValues = null,
        ArtifactStoreOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(root);
        options = (options ?? new()).Checked();
        cancellationToken.ThrowIfCancellationRequested();
        var retrying = ServiceRetries.Teller(options.LoggerFactory);
        return await new StoreGuard(StoreOperations.Open, root, default, StoreFaults.FromBaseLibrary).RunAsync(provider, root, OpenLayeredAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask<ArtifactStore> OpenLayeredAsync(IStoreProvider from, StoreUri at, CancellationToken stopping)
        {
            if (optionValues is null or { Count: 0 })
                return new ArtifactStore(await from.OpenAsync(new StoreContext { Root = at, TimeProvider = options.TimeProvider, Retrying = retrying }, stopping).ConfigureAwait(false), options);
            var layers = LayerOptions.Split(optionValues, out var flavorValues);
            var context = new StoreContext { Root = at, TimeProvider = options.TimeProvider, Options = flavorValues, Retrying = retrying };
            var driver = await from.OpenAsync(context, stopping).ConfigureAwait(false);
            return new ArtifactStore(layers.Apply(driver, new LayerContext { TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory }), options);
        }
    }

    /// <summary>Opens a store.</summary>
    /// <param name="provider">The flavor's provider.</param>
    /// <param name="root">The root's address, of a scheme that the provider serves.</param>
    /// <param name="optionValues">The flavor's options and those of the layers (<see cref="LayerOptions"/>) as text by name, secrets resolved; null for none.</param>
    /// <param name="options">How the store works; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A store that the caller disposes.</returns>
    /// <exception cref="FormatException">The root is not an address.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/> when the root or an option is wrong.</exception>
    public static ValueTask<ArtifactStore> OpenAsync(
        IStoreProvider provider,
        string root,
        IReadOnlyDictionary<string, string>? optionValues = null,
        ArtifactStoreOptions? options = null,
        CancellationToken cancellationToken = default) =>
        OpenAsync(provider, StoreUri.Parse(root), optionValues, options, cancellationToken);

    /// <summary>A view on a directory: a store whose root is that directory. It shares the driver; disposing it does nothing.</summary>
    /// <remarks>The directory need not exist; as the root of a store, it then lists empty.</remarks>
    public ArtifactStore Under(StorePath path) => path.IsRoot && !Core.OwnsDriver ? this : new ArtifactStore(Core.Under(path));

    /// <summary>The escape hatch: the SDK's client, or a layer or driver of the given type; null when there is none.</summary>
    public object? GetService(Type serviceType)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return Core.Driver.GetService(serviceType);
    }

    /// <summary>Releases the driver; streams that are open fail. A view releases nothing.</summary>
    public ValueTask DisposeAsync() => Core.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, for owners that cannot wait, such as a container that is disposed synchronously.</summary>
    public void Dispose() => Synchronously.Dispose(this);

    /// <summary>The root's address and the store's flavor.</summary>
    public override string ToString() => Root.ToString();

    /// <summary>The address of a path of this store: <see cref="Root"/> and the path.</summary>
    public StoreUri GetUri(StorePath path) => Core.GetUri(path);

    /// <summary>Creates an exception about a path of this store, for libraries that add operations of their own to it.</summary>
    /// <param name="code">The kind of failure.</param>
    /// <param name="reason">Why it failed: a clause without a final full stop.</param>
    /// <param name="operation">What was attempted: one of <see cref="StoreOperations"/>, or another verb phrase.</param>
    /// <param name="path">The path that it was attempted on.</param>
    /// <param name="advice">What to do next: a sentence. Optional.</param>
    public StoreException CreateException(StoreErrorCode code, string reason, string operation, StorePath path, string? advice = null) =>
        Core.CreateException(code, reason, operation, path, advice);
}
