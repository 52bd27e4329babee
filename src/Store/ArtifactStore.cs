using Cairn.Engine;
using Cairn.Errors;
using Cairn.Flavors;
using Cairn.Layers;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn;

/// <summary>A store: a root URI and its driver, with the same API for every flavor.</summary>
/// <remarks>
/// <para><para>Thread-safe; a stream that it opens is not. Every method checks its token first and changes nothing if it is already cancelled.</para></para>
/// <para>Failures are <see cref="StoreException"/>; misuse is an <see cref="ArgumentException"/> or <see cref="ObjectDisposedException"/>; cancellation is an
/// <see cref="OperationCanceledException"/>.</para>
/// </remarks>
public sealed partial class ArtifactStore : IAsyncDisposable, IDisposable
{
    /// <summary>Initializes a new store for a driver.</summary>
    /// <param name="driver">The driver, which the store owns and disposes.</param>
    /// <param name="options">Options of the store. Optional.</param>
    public ArtifactStore(StoreDriver driver, ArtifactStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(driver);
        Core = new(driver, (options ?? new()).Checked());
    }

    private ArtifactStore(StoreCore core) => Core = core;

    /// <summary>Gets the URI of the root, without secrets.</summary>
    public StoreUri Root => Core.Root;

    /// <summary>
    /// Gets the physical location of the root, used only for comparison: stores with the same URI in two services have different places, and two stores with
    /// the same place are the same store.
    /// </summary>
    public StoreUri Place => Core.Place;

    /// <summary>Gets the capabilities of the store.</summary>
    public StoreCapabilities Capabilities => Core.Capabilities;

    /// <summary>Gets the options of the store.</summary>
    public ArtifactStoreOptions Options => Core.Options;

    internal StoreCore Core { get; }

    /// <summary>Opens a store.</summary>
    /// <param name="provider">The provider of the flavor.</param>
    /// <param name="root">The root, with a scheme of the provider.</param>
    /// <param name="optionValues">The options of the flavor and the layers (<see cref="LayerOptions"/>) as text by name, with secrets resolved.
    /// Optional.</param>
    /// <param name="options">Options of the store. Optional.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the root or an option is not valid.</exception>
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
    /// <param name="provider">The provider of the flavor.</param>
    /// <param name="root">The URI of the root, with a scheme of the provider.</param>
    /// <param name="optionValues">The options of the flavor and the layers (<see cref="LayerOptions"/>) as text by name, with secrets resolved.
    /// Optional.</param>
    /// <param name="options">Options of the store. Optional.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The store. The caller disposes it.</returns>
    /// <exception cref="FormatException">The root is not a valid URI.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: the root or an option is not valid.</exception>
    public static ValueTask<ArtifactStore> OpenAsync(
        IStoreProvider provider,
        string root,
        IReadOnlyDictionary<string, string>? optionValues = null,
        ArtifactStoreOptions? options = null,
        CancellationToken cancellationToken = default) =>
        OpenAsync(provider, StoreUri.Parse(root), optionValues, options, cancellationToken);

    /// <summary>Returns a view of a directory: a store whose root is that directory. It shares the driver; disposing it does nothing.</summary>
    /// <remarks>The directory need not exist; the listing of the view is then empty.</remarks>
    public ArtifactStore Under(StorePath path) => path.IsRoot && !Core.OwnsDriver ? this : new ArtifactStore(Core.Under(path));

    /// <summary>Returns the client of the SDK, or a layer or driver of the given type; null if there is none.</summary>
    public object? GetService(Type serviceType)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return Core.Driver.GetService(serviceType);
    }

    /// <summary>Releases the driver; open streams fail. Disposing a view releases nothing.</summary>
    public ValueTask DisposeAsync() => Core.DisposeAsync();

    /// <summary>
    /// Synchronous version of <see cref="DisposeAsync"/>, for owners that cannot await, such as a container that is disposed synchronously.
    /// </summary>
    public void Dispose() => Synchronously.Dispose(this);

    /// <summary>Returns the URI of the root and the flavor of the store.</summary>
    public override string ToString() => Root.ToString();

    /// <summary>Returns the URI of a path in this store: <see cref="Root"/> and the path.</summary>
    public StoreUri GetUri(StorePath path) => Core.GetUri(path);

    /// <summary>Returns the full name of the local file that holds the content of a path, for programs that map files into memory or pass them to other programs.</summary>
    /// <returns>The name, whether or not the file exists; null if the store's files are not files of this machine.</returns>
    /// <remarks>A program that opens the file bypasses the store: it must only read, and must compare <see cref="StoreEntry.ETag"/> before and after to know which version it has.</remarks>
    public string? GetLocalPath(StorePath path) => Core.Driver.GetLocalPath(path);

    /// <summary>Creates an exception about a path of this store, for libraries that add operations to it.</summary>
    /// <param name="code">The kind of failure.</param>
    /// <param name="reason">The reason, as a clause without a final period.</param>
    /// <param name="operation">The operation: one of <see cref="StoreOperations"/>, or another verb phrase.</param>
    /// <param name="path">The path of the operation.</param>
    /// <param name="advice">The advice, as a sentence. Optional.</param>
    public StoreException CreateException(StoreErrorCode code, string reason, string operation, StorePath path, string? advice = null) =>
        Core.CreateException(code, reason, operation, path, advice);
}
