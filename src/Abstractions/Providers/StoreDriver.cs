namespace Cairn.Providers;

/// <summary>The running connection to one store: what a provider implements. Programs use <c>ArtifactStore</c> on top of it.</summary>
/// <remarks>
/// <para>Each member is one service call where the service allows it. The façade above has already validated arguments, checked capabilities and looked at the
/// token; it does paging, parallel parts, trees, copies between stores, wrapping of errors. A driver throws its SDK's exceptions as they are (and
/// <see cref="StoreException"/> for what it finds out itself); <see cref="Classify"/> says what they mean. Cancellation passes unwrapped.</para>
/// <para>All members are safe to call from many threads. Paths are relative to <see cref="Root"/>.</para>
/// </remarks>
public abstract class StoreDriver : IAsyncDisposable
{
    /// <summary>Makes a driver on a root.</summary>
    protected StoreDriver(StoreUri root)
    {
        ArgumentNullException.ThrowIfNull(root);
        Root = root;
    }

    /// <summary>The root that the driver serves, free of secrets.</summary>
    public StoreUri Root { get; }

    /// <summary>
    /// Where the root really is, free of secrets, for comparison alone: two stores whose places are equal are one, and a copy between them would meet itself. A driver whose options say where a container is, such as the
    /// address of a service, includes that. By default the root.
    /// </summary>
    public virtual StoreUri Place => Root;

    /// <summary>What the driver can do; does not change while it lives.</summary>
    public abstract StoreCapabilities Capabilities { get; }

    /// <summary>Looks at one path.</summary>
    /// <returns>
    /// The file, or null when there is none. With <see cref="DirectoryKind.Real"/> a directory is returned as such. With virtual directories the driver looks for the file alone,
    /// and the façade finds directories by listing. The root itself is never asked for.
    /// </returns>
    public abstract ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken);

    /// <summary>Opens a file's content.</summary>
    /// <returns>
    /// Content that belongs to one version of the file however long the read takes, and that version's facts. When the connection breaks, the stream throws and the
    /// façade resumes with a new request for the rest, pinned to the same etag.
    /// </returns>
    /// <exception cref="StoreException">NotFound (also for a directory), PreconditionFailed, RangeNotSatisfiable.</exception>
    public abstract ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken);

    /// <summary>Begins to write a file. Nothing is visible, and the condition need not be checked, before the upload completes; parents come into being by themselves.</summary>
    /// <exception cref="StoreException">PathConflict when the path cannot be held; AlreadyExists or PreconditionFailed may come here or at completion.</exception>
    public abstract ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken);

    /// <summary>Lists a directory, page by page, in the order of <see cref="StoreEntry.OrderKey"/>.</summary>
    /// <remarks>
    /// <para>Not recursive: the files and directories right below it. Recursive: all files below it, every marker as a directory, and with
    /// <see cref="DirectoryKind.Real"/> every directory (the façade drops those that are not empty). The directory itself is never listed. A missing one lists empty.</para>
    /// <para>Pages may have any size, also zero. Memory is bounded by the largest single directory.</para>
    /// </remarks>
    public abstract IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes files, markers and empty directories, at most <see cref="StoreCapabilities.DeleteBatch"/> at once.</summary>
    /// <returns>One result for each target, in the order of the request. A failure of one target is its result; only a failure of the whole call throws.</returns>
    public abstract ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken);

    /// <summary>Copies a file inside the store, content type and metadata included; no body byte passes through the client.</summary>
    /// <returns>The target's facts.</returns>
    /// <exception cref="StoreException">NotFound, AlreadyExists, PreconditionFailed, PathConflict.</exception>
    public virtual ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => throw NotDeclared("copy");

    /// <summary>
    /// Moves a file (with <see cref="DirectoryKind.Real"/>: or a directory with all that is below it, onto a path where nothing is) atomically: at every moment it
    /// is whole at one of the two paths.
    /// </summary>
    public virtual ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => throw NotDeclared("move");

    /// <summary>Makes a directory, with its parents; succeeds when it is there.</summary>
    /// <exception cref="StoreException">PathConflict when a file stands at the path or at a parent, and the store forbids that.</exception>
    public virtual ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => throw NotDeclared("make a directory");

    /// <summary>Sets an existing file's modified time to now; content, content type and metadata stay. The etag may change.</summary>
    /// <exception cref="StoreException">NotFound.</exception>
    public virtual ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => throw NotDeclared("touch");

    /// <summary>Makes a URL with which anyone who holds it may read or write one file until it expires. It is a secret: never logged.</summary>
    public virtual ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) => throw NotDeclared("presign");

    /// <summary>Lists what interrupted writers have left staged: bytes that take space and are never visible as files. Order is not defined.</summary>
    public virtual IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) => throw NotDeclared("list staged uploads");

    /// <summary>Removes one staged upload; succeeds when it is gone. A writer that is still alive then fails, and publishes nothing.</summary>
    public virtual ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => throw NotDeclared("remove a staged upload");

    /// <summary>Says what an exception of this driver means. The default knows the exceptions of the base library.</summary>
    /// <returns>A fault whose reason shows no secret.</returns>
    public virtual StoreFault Classify(Exception exception) => StoreFaults.FromBaseLibrary(exception);

    /// <summary>The escape hatch: the SDK's client, or a layer or driver of the given type; null when there is none.</summary>
    public virtual object? GetService(Type serviceType) => serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <summary>Releases connections. Uploads that are open fail.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static StoreException NotDeclared(string operation) => new(StoreErrorCode.Unsupported, $"this store cannot {operation}");
}
