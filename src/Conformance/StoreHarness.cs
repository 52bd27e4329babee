using Cairn.Providers;

namespace Cairn.Conformance;

/// <summary>Gives the suites access to a new, empty storage of a provider, to its raw content, and to the list of unsupported tests.</summary>
/// <remarks>
/// <para>
/// <para>The suites create one instance per test with the parameterless constructor. Each instance is a separate storage, such as a bucket or a unique
/// prefix in a shared one. <see cref="StartAsync"/> creates the storage and <see cref="DisposeAsync"/> removes it.</para>
/// </para>
/// <para>
/// <para>Only <see cref="ConnectAsync"/> is required. If another member keeps its default, tests that need it report that as their result or must be in <see
/// cref="Skips"/>; nothing is omitted silently (<see cref="CompletenessTests{THarness}"/>).</para>
/// </para>
/// </remarks>
public abstract class StoreHarness : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, string> None = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets the address, as one line of text, through which the harness of another process can access this storage with <see cref="AttachAsync"/>. If null
    /// (default), the storage exists only in this process, and the races between processes must be in <see cref="Skips"/>.
    /// </summary>
    public virtual string? Address => null;

    /// <summary>
    /// Gets the suites and tests that this provider does not run: the name of a suite (<c>ListTests</c>) or a test (<c>ListTests.Order_is_by_bytes</c>), and
    /// a reason for the test report. Describe divergences in the README of the provider, too.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> Skips => None;

    /// <summary>Gets whether the storage is in the memory of this process, so that stored content does not count as used memory. Default: false.</summary>
    public virtual bool HoldsContentInProcess => false;

    /// <summary>Gets texts that no message may contain, such as keys and passwords of the test credentials. Default: empty.</summary>
    public virtual IReadOnlyList<string> Secrets => [];

    /// <summary>Gets additional headers that a PUT to a presigned URL requires. Default: none.</summary>
    public virtual IReadOnlyDictionary<string, string> PresignedWriteHeaders => None;

    /// <summary>Creates an empty storage. The default implementation does nothing.</summary>
    public virtual ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Uses the storage at the <see cref="Address"/> of another harness instead of creating one. Disposal then does not remove it.</summary>
    public virtual ValueTask AttachAsync(string address, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} has an Address but does not override AttachAsync.");

    /// <summary>Opens a decorated driver for the storage. The caller disposes it.</summary>
    public async ValueTask<StoreDriver> OpenDriverAsync(CancellationToken cancellationToken) =>
        Decorate(await ConnectAsync(cancellationToken));

    /// <summary>
    /// Opens a driver for a container that does not exist. If null (default), the provider has no such containers, and <see cref="Skips"/> states the
    /// reason.
    /// </summary>
    public virtual ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) => new(default(StoreDriver));

    /// <summary>
    /// Opens a decorated driver for the same storage whose root is a path below the root of the harness. If null (default), <see
    /// cref="RootTests{THarness}"/> must be in <see cref="Skips"/>.
    /// </summary>
    /// <remarks>Only the path of the root differs from the driver of <see cref="ConnectAsync"/>: the driver, not the harness, must enforce it.</remarks>
    public virtual ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => new(default(StoreDriver));

    /// <summary>
    /// Opens a decorated driver for another existing, empty container in the same service, with the same path. If null (default), the test that needs it
    /// must be in <see cref="Skips"/>.
    /// </summary>
    public virtual ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) => new(default(StoreDriver));

    /// <summary>
    /// Returns the names of all entries in the backend below the root, read without Cairn and relative to the root, in any order. The names of markers and
    /// real directories end with <c>/</c>. Data that the provider stages elsewhere is not included. Returns null (default) if the backend cannot be
    /// inspected.
    /// </summary>
    public virtual ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) => new(default(IReadOnlyList<string>));

    /// <summary>Returns the content of a raw name in the backend, read without Cairn; null (default) if the backend cannot be inspected.</summary>
    public virtual ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) => new(default(byte[]));

    /// <summary>
    /// Returns whether the store supports a path. If not, the suites assert that it is refused with PathConflict. Default: true for all paths.
    /// </summary>
    public virtual bool CanHold(StorePath path) => true;

    /// <summary>Removes the storage.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a new driver for the storage.</summary>
    protected abstract ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Adds layers to each driver, so that the same suites test them. The result owns the driver. Default: none.</summary>
    protected virtual StoreDriver Decorate(StoreDriver driver) => driver;
}
