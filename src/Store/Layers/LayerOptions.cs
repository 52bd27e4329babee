using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>The layers that a store of any flavor can be given by option values, beside the flavor's own options.</summary>
/// <remarks>Without any of them set, no layer is added.</remarks>
public sealed record LayerOptions
{
    /// <summary>The directory of a read cache; null for none.</summary>
    [StoreOption("cache-path", "Local directory of a read cache.")]
    public string? CachePath { get; init; }

    /// <summary>How much the read cache may hold, in bytes; null for 1 GiB.</summary>
    [StoreOption("cache-size", "How much the read cache may hold; 1GiB where cache-path is given alone.", Size = true)]
    public long? CacheSize { get; init; }

    /// <summary>The most calls under way at once; null for any number.</summary>
    [StoreOption("max-concurrency", "The most calls under way at once.")]
    public int? MaxConcurrency { get; init; }

    /// <summary>The most calls per second; null for any number.</summary>
    [StoreOption("max-requests-per-second", "The most calls per second.")]
    public double? MaxRequestsPerSecond { get; init; }

    /// <summary>The most content bytes per second, both directions together; null for any number.</summary>
    [StoreOption("max-bytes-per-second", "The most content bytes per second, both directions together.", Size = true)]
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>The most attempts of a call; null for what the driver does by itself.</summary>
    [StoreOption("retry-attempts", "The most attempts of a call, for a flavor that has no retries of its own.")]
    public int? RetryAttempts { get; init; }

    /// <summary>No attempt begins later than this after the first; null for 2 minutes where <see cref="RetryAttempts"/> is given.</summary>
    [StoreOption("retry-time", "No attempt begins later than this after the first; 2m where retry-attempts is given alone.")]
    public TimeSpan? RetryTime { get; init; }

    /// <summary>Every layer option, in the order of their names.</summary>
    public static IReadOnlyList<OptionDescriptor> Descriptors { get; } = OptionDescriptor.AllOf(typeof(LayerOptions));

    /// <summary>Takes the layers' options out of a store's option values.</summary>
    /// <param name="values">Values by option name.</param>
    /// <param name="flavorValues">The values that are left for the flavor.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: a value does not fit, or an option needs another one.</exception>
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

    /// <summary>Puts the layers that are set around a driver.</summary>
    /// <returns>A driver that owns the given one; the given one itself when no layer is set.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.InvalidConfiguration"/>: a value is out of its range, or an option needs another one.</exception>
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
