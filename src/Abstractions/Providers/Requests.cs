namespace Cairn.Providers;

/// <summary>A request to read a file.</summary>
/// <param name="Path">The path of the file.</param>
public sealed record ReadRequest(StorePath Path)
{
    /// <summary>Gets the range of bytes. Default: all.</summary>
    public ByteRange Range { get; init; }

    /// <summary>Gets the required etag of the file; for another version, the read fails with PreconditionFailed. Null for any version.</summary>
    public string? IfMatch { get; init; }
}

/// <summary>A request to write a file.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Mode">The condition of the write.</param>
public sealed record UploadRequest(StorePath Path, WriteMode Mode)
{
    /// <summary>Gets the media type. Optional. Null if the driver does not support it.</summary>
    public string? ContentType { get; init; }

    /// <summary>Gets the user metadata. Empty if the driver does not support it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Gets the modified time of the file; null for the time of the write. Null if the driver does not declare <see cref="StoreCapabilities.ModifiedTime"/>.
    /// </summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Gets whether the file is executable. False if the driver does not declare <see cref="StoreCapabilities.Executable"/>.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>
    /// Gets the length if it is known, which lets a driver reserve space and select part sizes. Completing an upload with a different length is an error of
    /// the caller, which the façade reports.
    /// </summary>
    public long? Length { get; init; }
}

/// <summary>A request to list a directory.</summary>
/// <param name="Directory">The path of the directory; the root for the whole store.</param>
/// <param name="Recursive">false for direct entries, true for all entries below the directory.</param>
public sealed record ListRequest(StorePath Directory, bool Recursive)
{
    /// <summary>
    /// Gets the prefix of the listed entries' paths relative to <see cref="Directory"/>, which need not end at a segment. Null for all entries.
    /// </summary>
    public string? NamePrefix { get; init; }

    /// <summary>Gets the text after which the <see cref="StoreEntry.OrderKey"/> of the listed entries must come. Null for all entries.</summary>
    public string? StartAfter { get; init; }

    /// <summary>
    /// Gets the maximum number of entries that the caller needs, which lets a driver request a small page. A driver may return more. Null for all entries.
    /// </summary>
    public int? Limit { get; init; }

    /// <summary>
    /// Gets a delegate that the driver calls for each entry below the directory that it cannot list. It may be called from any thread and several times for
    /// one entry; the façade removes duplicates. If null, links, special files and names that are not valid in a path are left out, and an unreadable
    /// directory fails the listing.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}

/// <summary>A request to delete files or directories.</summary>
/// <param name="Targets">The targets, at most <see cref="StoreCapabilities.DeleteBatch"/>.</param>
public sealed record DeleteRequest(IReadOnlyList<DeleteTarget> Targets)
{
    /// <summary>
    /// Gets whether <see cref="DeleteOutcome.Missing"/> must be distinguished from <see cref="DeleteOutcome.Deleted"/>, with an additional call if the
    /// service does not report it.
    /// </summary>
    public bool ReportMissing { get; init; }
}

/// <summary>A file or directory to delete.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">The kind: a file, or a directory (a marker or an empty real directory).</param>
public readonly record struct DeleteTarget(StorePath Path, EntryKind Kind = EntryKind.File)
{
    /// <summary>
    /// Gets the required etag of the file. Another version is kept, and its result is a failure with PreconditionFailed; a missing file is <see
    /// cref="DeleteOutcome.Missing"/>. Null for any version, and if the driver does not declare <see cref="StoreCapabilities.DeleteIfMatch"/>.
    /// </summary>
    public string? IfMatch { get; init; }
}

/// <summary>The result of deleting one target.</summary>
/// <param name="Path">The path.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Error">The error if the outcome is a failure; otherwise, null.</param>
public sealed record DeleteResult(StorePath Path, DeleteOutcome Outcome, Exception? Error = null);

/// <summary>The outcome of deleting one target.</summary>
public enum DeleteOutcome
{
    /// <summary>The target was deleted. If missing targets are not reported, it may not have existed.</summary>
    Deleted,

    /// <summary>The target did not exist.</summary>
    Missing,

    /// <summary>The delete failed; the target may still exist.</summary>
    Failed,
}

/// <summary>A request to copy or move an entry within a store.</summary>
/// <param name="Source">The path of the source.</param>
/// <param name="Target">The path of the target, which differs from the source.</param>
/// <param name="Mode">The condition on the target.</param>
public sealed record CopyRequest(StorePath Source, StorePath Target, WriteMode Mode)
{
    /// <summary>Gets the required etag of the source; for another version, the operation fails with PreconditionFailed. Null for any version.</summary>
    public string? SourceIfMatch { get; init; }
}

/// <summary>A request for a presigned URL.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="Access">The access that the URL allows.</param>
/// <param name="Lifetime">The lifetime of the URL from now on.</param>
public sealed record PresignRequest(StorePath Path, PresignAccess Access, TimeSpan Lifetime)
{
    /// <summary>
    /// Gets the media type with which the file must be written; null for any, with <see cref="PresignAccess.Read"/>, and if the driver does not declare <see
    /// cref="StoreCapabilities.PresignContentType"/>.
    /// </summary>
    public string? ContentType { get; init; }
}

/// <summary>The access that a presigned URL allows.</summary>
public enum PresignAccess
{
    /// <summary>Reading with GET.</summary>
    Read,

    /// <summary>Writing with PUT.</summary>
    Write,
}

/// <summary>The remains of an interrupted upload.</summary>
/// <param name="Id">The driver's identifier.</param>
/// <param name="Path">The path of the intended file, or null if it is unknown.</param>
/// <param name="Started">The time when the upload began or was last written.</param>
/// <param name="Length">The number of stored bytes, or null if it is unknown.</param>
public sealed record StagedUpload(string Id, StorePath? Path, DateTimeOffset Started, long? Length);
