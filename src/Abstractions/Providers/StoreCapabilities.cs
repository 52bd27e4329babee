namespace Cairn.Providers;

/// <summary>
/// The capabilities of a driver. A declared capability works; an undeclared one fails with <see cref="StoreErrorCode.Unsupported"/> before any data is
/// transferred.
/// </summary>
public sealed record StoreCapabilities
{
    /// <summary>
    /// Gets the write modes that hold, also between processes. <see cref="WriteModes.None"/> for a read-only store, which also cannot delete or create
    /// directories.
    /// </summary>
    public WriteModes WriteModes { get; init; } = WriteModes.All;

    /// <summary>Gets whether directories can be listed.</summary>
    public bool List { get; init; } = true;

    /// <summary>
    /// Gets whether a recursive listing with <see cref="ListRequest.StartAfter"/> costs no more than a listing from the beginning, for any start, in a
    /// remote store with paged responses: the façade then reads several parts of a large tree in parallel. If false, the start is still honored, but
    /// preceding entries may be read and discarded.
    /// </summary>
    public bool ListStartAfter { get; init; }

    /// <summary>Gets how directories exist.</summary>
    public DirectoryKind Directories { get; init; } = DirectoryKind.Virtual;

    /// <summary>
    /// Gets whether <see cref="StoreDriver.CopyAsync"/> copies within the store without transferring content through the client. If false, the façade
    /// streams the content.
    /// </summary>
    public bool Copy { get; init; }

    /// <summary>Gets how files are moved.</summary>
    public MoveKind Move { get; init; } = MoveKind.CopyDelete;

    /// <summary>
    /// Gets whether the modified time of a file can be set to the current time without rewriting the file (<see cref="StoreDriver.TouchAsync"/>).
    /// </summary>
    public bool Touch { get; init; }

    /// <summary>Gets whether the content type specified at the write is kept.</summary>
    public bool ContentType { get; init; }

    /// <summary>Gets whether the user metadata specified at the write is kept.</summary>
    public bool Metadata { get; init; }

    /// <summary>
    /// Gets whether the modified time specified at the write (<see cref="UploadRequest.Modified"/>) is kept, to 100 ns or to the precision of the file
    /// system.
    /// </summary>
    public bool ModifiedTime { get; init; }

    /// <summary>Gets whether the executable attribute specified at the write (<see cref="UploadRequest.IsExecutable"/>) is kept.</summary>
    public bool Executable { get; init; }

    /// <summary>Gets whether <see cref="StoreDriver.PresignAsync"/> is supported.</summary>
    public bool Presign { get; init; }

    /// <summary>Gets whether an interrupted writer can leave staged data, which <see cref="StoreDriver.ListStagedAsync"/> lists.</summary>
    public bool Staged { get; init; }

    /// <summary>
    /// Gets whether a delete can require a version (<see cref="DeleteTarget.IfMatch"/>) atomically. If false, the façade checks the version before it
    /// deletes the source of a move.
    /// </summary>
    public bool DeleteIfMatch { get; init; }

    /// <summary>Gets whether a presigned URL can require the content type of the written file.</summary>
    public bool PresignContentType { get; init; }

    /// <summary>Gets the maximum number of targets of one <see cref="StoreDriver.DeleteAsync"/> call; at least 1.</summary>
    public int DeleteBatch { get; init; } = 1;
}

/// <summary>The way in which directories exist in a store.</summary>
public enum DirectoryKind
{
    /// <summary>Directories are not stored: a directory exists while a file exists below it.</summary>
    None,

    /// <summary>
    /// As in object stores: a directory exists while a file exists below it or it has a marker. A file and a directory can have the same path.
    /// </summary>
    Virtual,

    /// <summary>
    /// As on disk: directories are separate entries. A file and a directory cannot have the same path (<see cref="StoreErrorCode.PathConflict"/>).
    /// </summary>
    Real,
}

/// <summary>The way in which a store moves files.</summary>
public enum MoveKind
{
    /// <summary>Moves are not supported.</summary>
    None,

    /// <summary>By a copy followed by a delete. If it is interrupted in between, the source remains.</summary>
    CopyDelete,

    /// <summary>Atomically, with <see cref="StoreDriver.MoveAsync"/>.</summary>
    Native,
}
