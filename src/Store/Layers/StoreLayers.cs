using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Puts layers around a driver. The result owns the driver.</summary>
/// <remarks>The order that works, from the driver outwards: throttle, retry, read cache, telemetry, capability check. A retry waits without a place then, and a hit in the cache costs no retry.</remarks>
public static class StoreLayers
{
    /// <summary>Refuses with <see cref="StoreErrorCode.Unsupported"/>, before any byte moves, what the driver does not declare in its <see cref="StoreCapabilities"/>.</summary>
    /// <remarks><see cref="ArtifactStore"/> puts this layer around every driver. A driver that has it outermost is returned as it is.</remarks>
    public static StoreDriver WithCapabilityCheck(this StoreDriver driver) => driver as CapabilityCheckDriver ?? new CapabilityCheckDriver(driver);

    /// <summary>A view of one directory of a store: its root is that directory, and it reaches nothing outside.</summary>
    /// <remarks>Where directories are real, symbolic links below the view may lead anywhere inside the inner driver's root, which is what the driver contains to.</remarks>
    /// <param name="driver">The driver below; owned.</param>
    /// <param name="prefix">The directory.</param>
    public static StoreDriver WithPrefix(this StoreDriver driver, StorePath prefix) => new PrefixDriver(driver, prefix);

    /// <summary>Reports every operation as a span, metrics (<see cref="StoreInstruments"/>) and log lines.</summary>
    /// <remarks>
    /// <para>A read's span lasts until its content is disposed, a write's until it is completed or given up; both count the bytes that moved. When no listener, meter or log asks, every
    /// call goes straight to the driver below: nothing is allocated and no stream is wrapped.</para>
    /// <para>Log levels: debug for each operation with its path, and for every refusal; warning for what an operator should see (unavailable, throttled, denied, damaged,
    /// unknown), without path and without the service's text. A secret is never told: roots and paths hold none.</para>
    /// </remarks>
    public static StoreDriver WithTelemetry(this StoreDriver driver, TelemetryOptions? options = null, LayerContext? context = null) => new TelemetryDriver(driver, options, context);

    /// <summary>Repeats operations that failed for a transient reason.</summary>
    /// <remarks>
    /// <para>Only faults that <see cref="StoreDriver.Classify"/> calls transient count, with exponential backoff and full jitter, never sooner than the store's <c>RetryAfter</c>. Attempts, time and a budget
    /// for all calls of the store together are bounded (<see cref="RetryOptions"/>); when one is used up, the last failure is thrown as it is.</para>
    /// <list type="bullet">
    /// <item>Stat, opening a read, make directory, presign, touch (the time becomes "now" again), beginning an upload, a part: repeated.</item>
    /// <item>A listing goes on after the last entry that it gave, so no entry comes twice; each page that arrives starts the count anew.</item>
    /// <item>Delete: repeated, in a batch for the targets that failed alone. After a lost answer a repeated delete may report <see cref="DeleteOutcome.Missing"/> for what the first one removed.</item>
    /// <item>Completing an upload, and copy: repeated. When a conditional one is then refused with AlreadyExists or PreconditionFailed, the lost attempt may have
    /// succeeded: what stands there is compared with what was sent. Equal is success; otherwise, or when it cannot be told, the refusal is thrown and says that it may be the caller's own write. Equal
    /// content from another writer cannot be told apart; a driver that can (by its service's version numbers) recognises its own success itself.</item>
    /// <item>Move: only after Throttled, which is sure to have moved nothing.</item>
    /// <item>Content streams are not repeated here: the façade resumes them at the byte where they broke.</item>
    /// <item>A listing of staged uploads is repeated until its first entry has come.</item>
    /// </list>
    /// </remarks>
    public static StoreDriver WithRetry(this StoreDriver driver, RetryOptions? options = null, LayerContext? context = null) => new RetryDriver(driver, options, context);

    /// <summary>Limits how much of a store is used at once: calls under way, calls per second, bytes per second.</summary>
    /// <remarks>
    /// <para>A call has its place from its begin to its end, and a stream for reading has one while a read is under way. An open stream that nobody reads, and an
    /// upload between two parts, have none: whoever holds one and waits for another can therefore never block all others, as it would when each of eight copies held its
    /// reading place and waited for one to write. Places are given in the order of asking.</para>
    /// <para>Waiting for a rate takes no place. Cancellation ends every wait.</para>
    /// </remarks>
    public static StoreDriver WithThrottle(this StoreDriver driver, ThrottleOptions options, LayerContext? context = null) => new ThrottleDriver(driver, options, context);

    /// <summary>Keeps content that was read in a folder on the local disk, and reads it from there while the store still has the same version.</summary>
    /// <remarks>
    /// <para>Each read asks the store first (<see cref="StoreDriver.StatAsync"/>, one small round trip) and takes the kept content only for the etag that the store names now. A removed or
    /// replaced file is therefore never served from the cache. Files without an etag are not kept.</para>
    /// <para>What is served is verified against the SHA-256 that was taken when it was kept, block by block. A damaged entry is removed and
    /// its block never served: the read goes on at that byte from the store, in the same version.</para>
    /// <para>Only a read of a whole file, to its end, is kept; a read of a range is answered from a kept file, or passes through. Nothing about the cache fails a
    /// read: when the disk is full or the folder cannot be used, reads go to the store.</para>
    /// <para>Processes may share the folder. It is the user's alone (0700), and holds content in the clear.</para>
    /// </remarks>
    public static StoreDriver WithReadCache(this StoreDriver driver, ReadCacheOptions options, LayerContext? context = null) => new ReadCacheDriver(driver, options, context);
}
