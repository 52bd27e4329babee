using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Puts layers around a driver. The result owns the driver.</summary>
/// <remarks>The order that works, from the driver outwards: throttle, retry, read cache, telemetry, capability check. A retry waits without a place then, and a hit in the cache costs no retry.</remarks>
public static class StoreLayers
{
    /// <summary>Refuses what the driver does not declare (<see cref="CapabilityCheckDriver"/>). A driver that has the layer outermost is returned as it is.</summary>
    public static StoreDriver WithCapabilityCheck(this StoreDriver driver) => driver as CapabilityCheckDriver ?? new CapabilityCheckDriver(driver);

    /// <summary>Tells of every operation (<see cref="TelemetryDriver"/>).</summary>
    public static StoreDriver WithTelemetry(this StoreDriver driver, TelemetryOptions? options = null, LayerContext? context = null) => new TelemetryDriver(driver, options, context);

    /// <summary>Tries again what failed for a passing reason (<see cref="RetryDriver"/>).</summary>
    public static StoreDriver WithRetry(this StoreDriver driver, RetryOptions? options = null, LayerContext? context = null) => new RetryDriver(driver, options, context);

    /// <summary>Limits calls and bytes (<see cref="ThrottleDriver"/>).</summary>
    public static StoreDriver WithThrottle(this StoreDriver driver, ThrottleOptions options, LayerContext? context = null) => new ThrottleDriver(driver, options, context);

    /// <summary>Keeps what was read on the local disk (<see cref="ReadCacheDriver"/>).</summary>
    public static StoreDriver WithReadCache(this StoreDriver driver, ReadCacheOptions options, LayerContext? context = null) => new ReadCacheDriver(driver, options, context);
}
