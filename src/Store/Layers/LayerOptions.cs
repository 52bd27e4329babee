using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>The layers that option values can add to a store of any flavor, in addition to the options of the flavor.</summary>
/// <remarks>If no option is set, no layer is added.</remarks>
public sealed record LayerOptions
{
    /// <summary>Gets the directory of a read cache. Default: no cache.</summary>
    [StoreOption("cache-path", "Local directory of a read cache.")]
    public string? CachePath { get; init; }

    /// <summary>Gets the maximum size of the read cache in bytes. Default: 1 GiB.</summary>
    [StoreOption("cache-size", "Size limit of the read cache; 1GiB if only cache-path is set.", Size = true)]
    public long? CacheSize { get; init; }

    /// <summary>Gets the maximum number of concurrent calls. Default: unlimited.</summary>
    [StoreOption("max-concurrency", "The most calls under way at once.")]
    public int? MaxConcurrency { get; init; }

    /// <summary>Gets the maximum number of calls per second. Default: unlimited.</summary>
    [StoreOption("max-requests-per-second", "The most calls per second.")]
    public double? MaxRequestsPerSecond { get; init; }

    /// <summary>Gets the maximum number of content bytes per second in both directions together. Default: unlimited.</summary>
    [StoreOption("max-bytes-per-second", "The most content bytes per second, both directions together.", Size = true)]
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Gets the maximum number of attempts of a call. Default: the retries of the driver.</summary>
    [StoreOption("retry-attempts", "The most attempts of a call, for a flavor without retries.")]
    public int? RetryAttempts { get; init; }

    /// <summary>
    /// Gets the time after the first attempt in which further attempts can start. Default: 2 minutes if <see cref="RetryAttempts"/> is set.
    /// </summary>
    [StoreOption("retry-time", "No attempt begins later than this after the first; 2m if only retry-attempts is set.")]
    public TimeSpan? RetryTime { get; init; }

    /// <summary>Gets all layer options, ordered by name.</summary>
    public static IReadOnlyList<OptionDescriptor> Descriptors { get; } = OptionDescriptor.AllOf(typeof(LayerOptions));

    /// <summary>Extracts the options of the layers from the option values of a store.</summary>
    /// <param name="values">Values by option name.</param>
    /// <param name="flavorValues">The remaining values for the flavor.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: a value is not valid, or an option requires another
    /// one.</exception>
    public static LayerOptions Split(IReadOnlyDictionary<string, string> values, out IReadOnlyDictionary<string, string> flavorValues)
    {
        ArgumentNullException.ThrowIfNull(values);
        var ours = new Dictionary<string, string>();
        var theirs = new Dictionary<string, string>();
        foreach (var (name, value) in values)
            (Descriptors.Any(d => d.Name == name) ? ours : theirs).Add(name, value);
        flavorValues = theirs;
        var options = StoreOptions.Bind<LayerOptions>(ours);
        options.Check();
        return options;
    }

    /// <summary>Adds the selected layers to a driver.</summary>
    /// <returns>A driver that owns the given driver, or the given driver if no layer is selected.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: a value is out of range, or an option requires another
    /// one.</exception>
    public StoreDriver Apply(StoreDriver driver, LayerContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(driver);
        Check();
        if (Throttle() is { } throttle)
            driver = driver.WithThrottle(throttle, context);
        if (Retry() is { } retry)
            driver = driver.WithRetry(retry, context);
        if (Cache() is { } cache)
            driver = driver.WithReadCache(cache, context);
        return driver;
    }

    private ThrottleOptions? Throttle() => MaxConcurrency is null && MaxRequestsPerSecond is null && MaxBytesPerSecond is null
        ? null
        : new() { MaxConcurrency = MaxConcurrency, RequestsPerSecond = MaxRequestsPerSecond, BytesPerSecond = MaxBytesPerSecond };

    private RetryOptions? Retry()
    {
        var defaults = new RetryOptions();
        return RetryAttempts is null ? null : defaults with { MaxAttempts = RetryAttempts.Value, TotalTime = RetryTime ?? defaults.TotalTime };
    }

    private ReadCacheOptions? Cache()
    {
        if (CachePath is null)
            return null;
        var defaults = new ReadCacheOptions { Directory = CachePath };
        return defaults with { MaxBytes = CacheSize ?? defaults.MaxBytes };
    }

    private void Check()
    {
        if (CacheSize is not null && CachePath is null)
            throw Invalid("option 'cache-size' needs 'cache-path'");
        if (RetryTime is not null && RetryAttempts is null)
            throw Invalid("option 'retry-time' needs 'retry-attempts'");
        Require("cache-path", CachePath != "", "a directory");
        Require("cache-size", CacheSize is null or > 0, "more than 0 bytes");
        Require("max-concurrency", MaxConcurrency is null or > 0, "at least 1");
        Require("max-requests-per-second", MaxRequestsPerSecond is null or > 0, "more than 0");
        Require("max-bytes-per-second", MaxBytesPerSecond is null or > 0, "more than 0 bytes");
        Require("retry-attempts", RetryAttempts is null or > 0, "at least 1");
    }

    private static void Require(string name, bool holds, string what)
    {
        if (!holds)
            throw Invalid($"option '{name}' must be {what}");
    }

    private static StoreException Invalid(string reason) => new(StoreErrorCode.InvalidConfiguration, reason);
}
