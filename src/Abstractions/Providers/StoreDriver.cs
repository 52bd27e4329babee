namespace Cairn.Providers;

/// <summary>Base class for the connection to a store, which providers implement. Programs use <c>ArtifactStore</c>, which is built on it.</summary>
/// <remarks>
/// <para>
/// <para>Each member makes one service call if the service allows it. The façade has already validated arguments, checked capabilities and checked the
/// token; it implements paging, parallel parts, trees, copies between stores, and the wrapping of errors. A driver throws the exceptions of its SDK
/// unchanged (and <see cref="StoreException"/> for errors that it detects itself); <see cref="Classify"/> returns their meaning. Cancellation is not
/// wrapped.</para>
/// </para>
/// <para><para>All members are thread-safe. Paths are relative to <see cref="Root"/>.</para></para>
/// </remarks>
public abstract class StoreDriver : IAsyncDisposable
{
    /// <summary>Initializes a new driver for a root.</summary>
    protected StoreDriver(StoreUri root)
    {
        ArgumentNullException.ThrowIfNull(root);
        Root = root;
    }

    /// <summary>Gets the root of the driver, without secrets.</summary>
    public StoreUri Root { get; }

    /// <summary>
    /// Gets the physical location of the root, without secrets. It is used only for comparison: two stores with equal places are the same store, and a copy
    /// between them could overwrite its source. If options determine the location of a container, such as the URL of a service, the place includes it.
    /// Default: the root.
    /// </summary>
    public virtual StoreUri Place => Root;

    /// <summary>Gets the capabilities of the driver, which do not change during its lifetime.</summary>
    public abstract StoreCapabilities Capabilities { get; }

    /// <summary>Gets the metadata of a file.</summary>
    /// <returns>
    /// The file, or null if there is none. With <see cref="DirectoryKind.Real"/>, a directory is also returned. With virtual directories, the driver looks
    /// only for the file, and the façade finds directories by listing. The root is never requested.
    /// </returns>
    public abstract ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken);

    /// <summary>Opens the content of a file.</summary>
    /// <returns>
    /// The content of one version of the file, regardless of the duration of the read, and the metadata of that version. If the connection breaks, the
    /// stream throws, and the façade resumes with a new request for the rest of the same version.
    /// </returns>
    /// <exception cref="StoreException">NotFound (also for a directory), PreconditionFailed, RangeNotSatisfiable.</exception>
    public abstract ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Begins writing a file. Nothing is visible, and the condition need not be checked, before the upload is completed. Parent directories are created
    /// automatically.
    /// </summary>
    /// <exception cref="StoreException">PathConflict: the path cannot be used. AlreadyExists or PreconditionFailed may be thrown here or at
    /// completion.</exception>
    public abstract ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken);

    /// <summary>Lists a directory, page by page, in the order of <see cref="StoreEntry.OrderKey"/>.</summary>
    /// <remarks>
    /// <para>
    /// <para>Non-recursive: the direct files and directories. Recursive: all files below the directory, every marker as a directory and, with <see
    /// cref="DirectoryKind.Real"/>, every directory (the façade drops those that are not empty). The directory itself is not listed. The listing of a
    /// missing directory is empty.</para>
    /// </para>
    /// <para><para>Pages may have any size, including zero. Memory use is bounded by the largest single directory.</para></para>
    /// </remarks>
    public abstract IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken);

    /// <summary>Deletes files, markers and empty directories, at most <see cref="StoreCapabilities.DeleteBatch"/> per call.</summary>
    /// <returns>One result per target, in the order of the request. The failure of a target is part of its result; only a failure of the whole call
    /// throws.</returns>
    public abstract ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken);

    /// <summary>Copies a file within the store, including content type and metadata, without transferring content through the client.</summary>
    /// <returns>The metadata of the target.</returns>
    /// <exception cref="StoreException">NotFound, AlreadyExists, PreconditionFailed, PathConflict.</exception>
    public virtual ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) => throw NotDeclared("copy");

    /// <summary>
    /// Moves a file (with <see cref="DirectoryKind.Real"/> also a directory with its content, to a path where nothing exists) atomically: at every moment it
    /// exists completely at exactly one of the two paths.
    /// </summary>
    public virtual ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => throw NotDeclared("move");

    /// <summary>Creates a directory and its parents. Succeeds if the directory exists.</summary>
    /// <exception cref="StoreException">PathConflict: a file exists at the path or at a parent, and the store does not allow that.</exception>
    public virtual ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken) => throw NotDeclared("make a directory");

    /// <summary>
    /// Sets the modified time of an existing file to the current time, without changing its content, content type and metadata. The etag may change.
    /// </summary>
    /// <exception cref="StoreException">NotFound.</exception>
    public virtual ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken) => throw NotDeclared("touch");

    /// <summary>Creates a URL that lets anyone who has it read or write one file until it expires. The URL is a secret and is never logged.</summary>
    public virtual ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) => throw NotDeclared("presign");

    /// <summary>Lists the staged data of interrupted writers, which uses space and is never visible as files. The order is undefined.</summary>
    public virtual IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) => throw NotDeclared("list staged uploads");

    /// <summary>Removes one staged upload. Succeeds if it no longer exists. If its writer is still active, that writer fails and publishes nothing.</summary>
    public virtual ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => throw NotDeclared("remove a staged upload");

    /// <summary>Returns the meaning of an exception of this driver. The default implementation knows the exceptions of the base library.</summary>
    /// <returns>A fault whose reason contains no secret.</returns>
    public virtual StoreFault Classify(Exception exception) => StoreFaults.FromBaseLibrary(exception);

    /// <summary>The full name of the local file that holds the content of a path, for programs that map files into memory or pass them to other programs.</summary>
    /// <returns>The name, whether or not the file exists; null if the store's files are not files of this machine, which is the default.</returns>
    /// <remarks>A caller that opens the file bypasses the store: it must only read, and must compare <see cref="StoreEntry.ETag"/> before and after to know which version it has.</remarks>
    public virtual string? GetLocalPath(StorePath path) => null;

    /// <summary>Returns the client of the SDK, or a layer or driver of the given type; null if there is none.</summary>
    public virtual object? GetService(Type serviceType) => serviceType?.IsInstanceOfType(this) == true ? this : null;

    /// <summary>Releases connections. Open uploads fail.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static StoreException NotDeclared(string operation) => new(StoreErrorCode.Unsupported, $"this store cannot {operation}");
}
