using Cairn.Providers;

namespace Cairn.Layers;

/// <summary>Adds layers to drivers. The result owns the driver.</summary>
/// <remarks>
/// The recommended order from the driver outwards is throttle, retry, read cache, telemetry, capability check. A retry then waits without occupying a slot,
/// and a cache hit causes no retry.
/// </remarks>
public static class StoreLayers
{
    /// <summary>
    /// Refuses operations that the driver does not declare in its <see cref="StoreCapabilities"/> with <see cref="StoreErrorCode.Unsupported"/>, before any
    /// data is transferred.
    /// </summary>
    /// <remarks><see cref="ArtifactStore"/> adds this layer to every driver. A driver whose outermost layer is this one is returned unchanged.</remarks>
    public static StoreDriver WithCapabilityCheck(this StoreDriver driver) => driver as CapabilityCheckDriver ?? new CapabilityCheckDriver(driver);

    /// <summary>Creates a view of a directory of a store: its root is that directory, and nothing outside is accessible.</summary>
    /// <remarks>If directories are real, symbolic links below the view may point anywhere inside the root of the inner driver.</remarks>
    /// <param name="driver">The inner driver, which the view owns.</param>
    /// <param name="prefix">The directory.</param>
    public static StoreDriver WithPrefix(this StoreDriver driver, StorePath prefix) => new PrefixDriver(driver, prefix);

    /// <summary>Reports every operation as a span, metrics (<see cref="StoreInstruments"/>) and log entries.</summary>
    /// <remarks>
    /// <para>
    /// <para>The span of a read ends when its content is disposed, and the span of a write when it is completed or aborted; both count the transferred
    /// bytes. If there is no listener, meter or log, every call is passed directly to the inner driver: nothing is allocated and no stream is
    /// wrapped.</para>
    /// </para>
    /// <para>
    /// <para>Log levels: debug for each operation with its path and for every refusal; warning for events that concern an operator (unavailable, throttled,
    /// denied, damaged, unknown), without the path and the text of the service. Secrets are never logged: roots and paths do not contain any.</para>
    /// </para>
    /// </remarks>
    public static StoreDriver WithTelemetry(this StoreDriver driver, TelemetryOptions? options = null, LayerContext? context = null) => new TelemetryDriver(driver, options, context);

    /// <summary>Retries operations that failed for a transient reason.</summary>
    /// <remarks>
    /// <para>Only faults that <see cref="StoreDriver.Classify"/> calls transient count, with exponential backoff and full jitter, never sooner than the store's
    /// <c>RetryAfter</c>. Attempts, time and a budget
    /// for all calls of the store together are bounded (<see cref="RetryOptions"/>); when one is used up, the last failure is thrown as it is.</para>
    /// <list type="bullet">
    /// <item>Stat, opening a read, make directory, presign, touch (the time becomes "now" again), beginning an upload, a part: repeated.</item>
    /// <item>A listing goes on after the last entry that it gave, so no entry comes twice; each page that arrives starts the count anew.</item>
    /// <item>Delete: repeated, in a batch for the targets that failed alone. After a lost answer a repeated delete may report
    /// <see cref="DeleteOutcome.Missing"/> for what the first one removed.</item>
    /// <item>Completing an upload, and copy: repeated. When a conditional one is then refused with AlreadyExists or PreconditionFailed, the lost attempt may have
    /// succeeded: what stands there is compared with what was sent. Equal is success; otherwise, or when it cannot be told, the refusal is thrown and says that it may be the caller's own write. Equal
    /// content from another writer cannot be told apart; a driver that can (by its service's version numbers) recognises its own success itself.</item>
    /// <item>Move: only after Throttled, which is sure to have moved nothing.</item>
    /// <item>Content streams are not repeated here: the façade resumes them at the byte where they broke.</item>
    /// <item>A listing of staged uploads is repeated until its first entry has come.</item>
    /// </list>
    /// </remarks>
    public static StoreDriver WithRetry(this StoreDriver driver, RetryOptions? options = null, LayerContext? context = null) => new RetryDriver(driver, options, context);

    /// <summary>Limits the use of a store: concurrent calls, calls per second, bytes per second.</summary>
    /// <remarks>
    /// <para>A call has its place from its begin to its end, and a stream for reading has one while a read is under way. An open stream that nobody reads, and an
    /// upload between two parts, have none: whoever holds one and waits for another can therefore never block all others, as it would when each of eight copies held its
    /// reading place and waited for one to write. Places are given in the order of asking.</para>
    /// <para><para>Waiting for a rate does not occupy a slot. Cancellation ends every wait.</para></para>
    /// </remarks>
    public static StoreDriver WithThrottle(this StoreDriver driver, ThrottleOptions options, LayerContext? context = null) => new ThrottleDriver(driver, options, context);

    /// <summary>Caches content that was read in a folder on the local disk, and reads it from there while the store has the same version.</summary>
    /// <remarks>
    /// <para>Each read asks the store first (<see cref="StoreDriver.StatAsync"/>, one small round trip) and takes the kept content only for the etag that the store names now. A removed or
    /// replaced file is therefore never served from the cache. Files without an etag are not kept.</para>
    /// <para>
    /// <para>Cached content is verified block by block against the SHA-256 digests computed when it was stored. A damaged entry is removed, and its block is
    /// never returned: the read continues at that byte from the store, in the same version.</para>
    /// </para>
    /// <para>
    /// <para>Only a read of a whole file to its end is cached; a read of a range is served from a cached file, or passed through. Errors of the cache never
    /// fail a read: if the disk is full or the folder cannot be used, reads use the store.</para>
    /// </para>
    /// <para><para>Processes can share the folder. Only the current user has access (0700), and the content is not encrypted.</para></para>
    /// </remarks>
    public static StoreDriver WithReadCache(this StoreDriver driver, ReadCacheOptions options, LayerContext? context = null) => new ReadCacheDriver(driver, options, context);
}
