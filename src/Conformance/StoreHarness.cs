using Cairn.Providers;

namespace Cairn.Conformance;

/// <summary>What a provider tells the suites: how to reach one fresh, empty storage, what lies in it behind Cairn's back, and what it cannot do.</summary>
/// <remarks>
/// <para>The suites make one instance for each test, by the constructor without parameters: one instance is one storage of its own, be it a bucket or a unique prefix
/// in a shared one. It starts the storage in <see cref="StartAsync"/> and removes it in <see cref="DisposeAsync"/>.</para>
/// <para>Only <see cref="ConnectAsync"/> is required. What else stays at its default makes tests that need it say so in their result, or is a reason in
/// <see cref="Skips"/>; nothing is left out silently (<see cref="CompletenessTests{THarness}"/>).</para>
/// </remarks>
public abstract class StoreHarness : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, string> None = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// How the harness of another process finds this storage through <see cref="AttachAsync"/>, as one line of text. Null, the default: the storage lives in this process alone;
    /// the races between processes must then be named in <see cref="Skips"/>.
    /// </summary>
    public virtual string? Address => null;

    /// <summary>
    /// What this provider does not run, and why: the name of a suite (<c>ListTests</c>) or of one of its tests (<c>ListTests.Order_is_by_bytes</c>) and a reason that a reader
    /// of the test report understands. A divergence belongs into the provider's README as well.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> Skips => None;

    /// <summary>True when the storage itself is memory of this process, so that what is stored is not counted as memory in use. False by default.</summary>
    public virtual bool HoldsContentInProcess => false;

    /// <summary>Texts, such as keys and passwords of the test's own credentials, that no message may show. Empty by default.</summary>
    public virtual IReadOnlyList<string> Secrets => [];

    /// <summary>Headers that a PUT to a presigned URL needs beyond its content. None by default.</summary>
    public virtual IReadOnlyDictionary<string, string> PresignedWriteHeaders => None;

    /// <summary>Makes the storage, empty. The default has nothing to make.</summary>
    public virtual ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Uses the storage at another harness' <see cref="Address"/> instead of making one; disposal then leaves it alone.</summary>
    public virtual ValueTask AttachAsync(string address, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{GetType().Name} gives an Address and does not override AttachAsync.");

    /// <summary>Opens a driver on the storage, as the suites see it: decorated. The caller disposes it.</summary>
    public async ValueTask<StoreDriver> OpenDriverAsync(CancellationToken cancellationToken) =>
        Decorate(await ConnectAsync(cancellationToken));

    /// <summary>Opens a driver on a container that does not exist. Null, the default: there is no such thing here, and <see cref="Skips"/> says why.</summary>
    public virtual ValueTask<StoreDriver?> OpenMissingAsync(CancellationToken cancellationToken) => new(default(StoreDriver));

    /// <summary>Opens a driver on the same storage whose root is a path below the harness' own, decorated. Null, the default: <see cref="RootTests{THarness}"/> must then be named in <see cref="Skips"/>.</summary>
    /// <remarks>Only the root's path differs from what <see cref="ConnectAsync"/> opens: the driver, not the harness, keeps to it.</remarks>
    public virtual ValueTask<StoreDriver?> OpenBelowAsync(StorePath path, CancellationToken cancellationToken) => new(default(StoreDriver));

    /// <summary>
    /// Opens a driver on another container that exists and is empty, in the same service and with the same path, decorated. Null, the default: the test that needs it must then be named in
    /// <see cref="Skips"/>.
    /// </summary>
    public virtual ValueTask<StoreDriver?> OpenElsewhereAsync(CancellationToken cancellationToken) => new(default(StoreDriver));

    /// <summary>
    /// The names of all that the backend holds below the store's root, read without Cairn, relative to the root, a marker or a real directory with a final <c>/</c>, in
    /// any order. What the provider stages elsewhere by design is not among them. Null, the default: the backend cannot be looked into.
    /// </summary>
    public virtual ValueTask<IReadOnlyList<string>?> RawNamesAsync(CancellationToken cancellationToken) => new(default(IReadOnlyList<string>));

    /// <summary>The bytes that the backend holds at a raw name, read without Cairn. Null, the default: it cannot be looked into.</summary>
    public virtual ValueTask<byte[]?> RawReadAsync(string rawName, CancellationToken cancellationToken) => new(default(byte[]));

    /// <summary>Whether the store can hold a file at a path at all; where not, the suites assert that it refuses with PathConflict. All paths by default.</summary>
    public virtual bool CanHold(StorePath path) => true;

    /// <summary>Removes the storage.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a new driver on the storage, each time.</summary>
    protected abstract ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>Puts layers over each driver, so that the same suites run over them. The result owns the driver. None by default.</summary>
    protected virtual StoreDriver Decorate(StoreDriver driver) => driver;
}
