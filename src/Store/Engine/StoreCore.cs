using Cairn.Errors;
using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Engine;

/// <summary>The state that every operation on a store needs: the driver, the options, the root and the errors. <c>ArtifactStore</c> is a façade over it; reading,
/// writing, listing and transfers use the core and not the façade.</summary>
internal sealed partial class StoreCore : IAsyncDisposable
{
    /// <summary>The façade's name, as exceptions and log categories state it.</summary>
    public const string Name = "Cairn.ArtifactStore";

    private readonly Lifetime _lifetime;
    private readonly Func<Exception, StoreFault> _classify;

    /// <summary>Creates the core of a whole store. Telemetry and the check of capabilities are applied to the driver; telemetry costs nothing without a listener.</summary>
    /// <param name="driver">The driver. Owned.</param>
    /// <param name="options">The options, checked.</param>
    public StoreCore(StoreDriver driver, ArtifactStoreOptions options)
    {
        Options = options;
        Driver = driver
            .WithTelemetry(context: new() { TimeProvider = options.TimeProvider, LoggerFactory = options.LoggerFactory })
            .WithCapabilityCheck();
        _classify = Classify;
        Whole = this;
        _lifetime = new();
    }

    private StoreCore(StoreCore whole, StorePath prefix)
    {
        Options = whole.Options;
        Driver = new PrefixDriver(whole.Driver, prefix);
        _classify = Classify;
        Whole = whole;
        Prefix = prefix;
        _lifetime = whole._lifetime;
    }

    /// <summary>The driver with its layers.</summary>
    public StoreDriver Driver { get; }

    public ArtifactStoreOptions Options { get; }

    /// <summary>The core that owns the driver. Two views of one store can copy inside it.</summary>
    public StoreCore Whole { get; }

    /// <summary>The path of this core's root below the root of <see cref="Whole"/>.</summary>
    public StorePath Prefix { get; }

    public bool OwnsDriver => ReferenceEquals(Whole, this);

    public StoreUri Root => Driver.Root;

    public StoreUri Place => Driver.Place;

    public StoreCapabilities Capabilities => Driver.Capabilities;

    /// <summary>The core of a view on a directory. It shares the driver.</summary>
    public StoreCore Under(StorePath path) => new(Whole, Prefix / path);

    public StoreUri GetUri(StorePath path) => Root / path;

    public StoreUri PlaceOf(StorePath path) => Place / path;

    /// <summary>Checks that the store is not disposed and the call is not cancelled. Every public operation does so first.</summary>
    public void Enter(CancellationToken cancellationToken)
    {
        if (_lifetime.Ended)
            throw new ObjectDisposedException(Name);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The guard under which the driver is called.</summary>
    public StoreGuard Guard(string operation, StorePath path) => new(operation, Root, path, _classify);

    /// <summary>Classifies an exception as the driver does.</summary>
    public StoreFault Classify(Exception exception) => StoreErrors.Classify(Driver, exception);

    public StoreException CreateException(StoreErrorCode code, string reason, string operation, StorePath path, string? advice = null) =>
        new StoreException(new StoreFault(code, reason) { Advice = advice }).WithContext(operation, GetUri(path));

    public StoreException Missing(string operation, StorePath path) => CreateException(StoreErrorCode.NotFound, "it does not exist", operation, path);

    /// <summary>Refuses an operation of several calls before its first one, by the rule that <see cref="CapabilityCheckDriver"/> applies to a later call.</summary>
    public void Refuse(StoreException? refusal, string operation, StorePath path)
    {
        if (refusal is not null)
            throw refusal.WithContext(operation, GetUri(path));
    }

    /// <exception cref="ArgumentException">The path is the root.</exception>
    public static void NotRoot(StorePath path, string parameter)
    {
        if (path.IsRoot)
            throw new ArgumentException("The path is the store's root, which is always a directory.", parameter);
    }

    /// <summary>Releases the driver. Views release nothing.</summary>
    public ValueTask DisposeAsync()
    {
        if (!OwnsDriver || _lifetime.Ended)
            return ValueTask.CompletedTask;
        _lifetime.Ended = true;
        return Driver.DisposeAsync();
    }

    private sealed class Lifetime
    {
        public volatile bool Ended;
    }
}
