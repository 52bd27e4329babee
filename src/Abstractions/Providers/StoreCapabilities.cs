namespace Cairn.Providers;

/// <summary>What a driver can do. Declared means that it works; undeclared means <see cref="StoreErrorCode.Unsupported"/> before any byte moves.</summary>
public sealed record StoreCapabilities
{
    /// <summary>The write modes that hold, between processes too; <see cref="WriteModes.None"/> for a read-only store, which then also cannot delete or make directories.</summary>
    public WriteModes WriteModes { get; init; } = WriteModes.All;

    /// <summary>Whether directories can be listed.</summary>
    public bool List { get; init; } = true;

    /// <summary>
    /// Whether a recursive listing after <see cref="ListRequest.StartAfter"/> costs no more than one from the beginning, wherever it starts, in a remote store that answers page by page: the
    /// façade then reads several parts of a large tree at once. Without it the start still holds, and what comes before may be read and dropped.
    /// </summary>
    public bool ListStartAfter { get; init; }

    /// <summary>How directories exist.</summary>
    public DirectoryKind Directories { get; init; } = DirectoryKind.Virtual;

    /// <summary>Whether <see cref="StoreDriver.CopyAsync"/> copies inside the store without a body byte passing through the client. Without it the façade streams.</summary>
    public bool Copy { get; init; }

    /// <summary>How a move is done.</summary>
    public MoveKind Move { get; init; } = MoveKind.CopyDelete;

    /// <summary>Whether a file's modified time can be set to now without rewriting it (<see cref="StoreDriver.TouchAsync"/>).</summary>
    public bool Touch { get; init; }

    /// <summary>Whether the content type given at the write is kept.</summary>
    public bool ContentType { get; init; }

    /// <summary>Whether the user's metadata given at the write is kept.</summary>
    public bool Metadata { get; init; }

    /// <summary>Whether a file's modified time is the one given at the write (<see cref="UploadRequest.Modified"/>), to 100 ns or as exactly as the file system keeps it.</summary>
    public bool ModifiedTime { get; init; }

    /// <summary>Whether a file is executable as given at the write (<see cref="UploadRequest.IsExecutable"/>).</summary>
    public bool Executable { get; init; }

    /// <summary>Whether <see cref="StoreDriver.PresignAsync"/> works.</summary>
    public bool Presign { get; init; }

    /// <summary>Whether an interrupted writer can leave staged bytes that <see cref="StoreDriver.ListStagedAsync"/> shows.</summary>
    public bool Staged { get; init; }

    /// <summary>
    /// Whether a delete can be bound to a version (<see cref="DeleteTarget.IfMatch"/>) against writers at the same moment. Without it the façade looks at the version before it deletes what it has moved.
    /// </summary>
    public bool DeleteIfMatch { get; init; }

    /// <summary>Whether a presigned URL can be bound to the content type of what is written with it.</summary>
    public bool PresignContentType { get; init; }

    /// <summary>How many objects one <see cref="StoreDriver.DeleteAsync"/> takes; at least 1.</summary>
    public int DeleteBatch { get; init; } = 1;
}

/// <summary>How directories exist in a store.</summary>
public enum DirectoryKind
{
    /// <summary>Not at all: a directory exists while a file lies below it.</summary>
    None,

    /// <summary>As on object stores: while a file lies below it, or a marker stands for it. A file and a directory may share a path.</summary>
    Virtual,

    /// <summary>As on disk: entries of their own. A file and a directory never share a path (<see cref="StoreErrorCode.PathConflict"/>).</summary>
    Real,
}

/// <summary>How a store moves.</summary>
public enum MoveKind
{
    /// <summary>It cannot.</summary>
    None,

    /// <summary>By a copy and then a delete; interrupted in between, the source stays.</summary>
    CopyDelete,

    /// <summary>Atomically, by <see cref="StoreDriver.MoveAsync"/>.</summary>
    Native,
}
