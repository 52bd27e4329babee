namespace Cairn.Providers;

/// <summary>What to read.</summary>
/// <param name="Path">The file.</param>
public sealed record ReadRequest(StorePath Path)
{
    /// <summary>Which bytes; all by default.</summary>
    public ByteRange Range { get; init; }

    /// <summary>The etag that the file must have, else PreconditionFailed; null for whatever is there.</summary>
    public string? IfMatch { get; init; }
}

/// <summary>What to write.</summary>
/// <param name="Path">The file.</param>
/// <param name="Mode">On what condition.</param>
public sealed record UploadRequest(StorePath Path, WriteMode Mode)
{
    /// <summary>The media type; null for none. Null where the driver does not declare it.</summary>
    public string? ContentType { get; init; }

    /// <summary>The user's metadata. Empty where the driver does not declare it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The modified time that the file gets; null for that of the write. Null where the driver does not declare <see cref="StoreCapabilities.ModifiedTime"/>.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether the file may be run as a program. False where the driver does not declare <see cref="StoreCapabilities.Executable"/>.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>The length where it is known: lets a driver reserve room and choose part sizes. A completed upload of another length is an error of the caller that the façade reports.</summary>
    public long? Length { get; init; }
}

/// <summary>What to list.</summary>
/// <param name="Directory">The directory; the root for all.</param>
/// <param name="Recursive">False for what is right below it, true for all below it.</param>
public sealed record ListRequest(StorePath Directory, bool Recursive)
{
    /// <summary>Only entries whose path relative to <see cref="Directory"/> starts with this text; not by segment. Null for all.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Only entries whose <see cref="StoreEntry.OrderKey"/> comes after this text. Null for all.</summary>
    public string? StartAfter { get; init; }

    /// <summary>The most entries that the caller wants in all: lets a driver ask for a small page. More may come. Null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// Called with everything below the directory that the driver cannot list, while it lists: from any thread, and more than once for one entry where that is simpler; the façade sees to the rest. Null when the
    /// caller does not ask: then links, special files and names that no path can hold are left out, since no address reaches them, and a directory that cannot be read fails the listing.
    /// </summary>
    public Action<UnlistedEntry>? Unlisted { get; init; }
}

/// <summary>What to delete.</summary>
/// <param name="Targets">What, at most <see cref="StoreCapabilities.DeleteBatch"/>.</param>
public sealed record DeleteRequest(IReadOnlyList<DeleteTarget> Targets)
{
    /// <summary>Whether <see cref="DeleteOutcome.Missing"/> must be told from <see cref="DeleteOutcome.Deleted"/>, at the cost of a call where the service does not say.</summary>
    public bool ReportMissing { get; init; }
}

/// <summary>One thing to delete.</summary>
/// <param name="Path">Where.</param>
/// <param name="Kind">A file; or a directory's marker, or an empty real directory.</param>
public readonly record struct DeleteTarget(StorePath Path, EntryKind Kind = EntryKind.File)
{
    /// <summary>
    /// The etag that the file must have: another version stays, and its result is a failure with PreconditionFailed; a file that is gone is <see cref="DeleteOutcome.Missing"/>. Null for whatever is
    /// there, and where the driver does not declare <see cref="StoreCapabilities.DeleteIfMatch"/>.
    /// </summary>
    public string? IfMatch { get; init; }
}

/// <summary>What became of one target.</summary>
/// <param name="Path">Where.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
public sealed record DeleteResult(StorePath Path, DeleteOutcome Outcome, Exception? Error = null);

/// <summary>What became of a delete.</summary>
public enum DeleteOutcome
{
    /// <summary>It was there and is gone, or it is gone and nobody asked whether it was there.</summary>
    Deleted,

    /// <summary>Nothing was there.</summary>
    Missing,

    /// <summary>It may still be there.</summary>
    Failed,
}

/// <summary>What to copy or move inside one store.</summary>
/// <param name="Source">From where.</param>
/// <param name="Target">To where; never the same as the source.</param>
/// <param name="Mode">On what condition of the target.</param>
public sealed record CopyRequest(StorePath Source, StorePath Target, WriteMode Mode)
{
    /// <summary>The etag that the source must have, else PreconditionFailed; null for whatever is there.</summary>
    public string? SourceIfMatch { get; init; }
}

/// <summary>What a presigned URL allows.</summary>
/// <param name="Path">The file.</param>
/// <param name="Access">To read or to write it.</param>
/// <param name="Lifetime">For how long from now.</param>
public sealed record PresignRequest(StorePath Path, PresignAccess Access, TimeSpan Lifetime)
{
    /// <summary>The media type with which the file must be written; null for any, with <see cref="PresignAccess.Read"/>, and where the driver does not declare <see cref="StoreCapabilities.PresignContentType"/>.</summary>
    public string? ContentType { get; init; }
}

/// <summary>What a presigned URL is for.</summary>
public enum PresignAccess
{
    /// <summary>GET.</summary>
    Read,

    /// <summary>PUT.</summary>
    Write,
}

/// <summary>What an interrupted writer has left.</summary>
/// <param name="Id">The driver's own name for it.</param>
/// <param name="Path">The file that it was for; null when it cannot be told.</param>
/// <param name="Started">When it began or was last written.</param>
/// <param name="Length">How many bytes it holds; null when it cannot be told.</param>
public sealed record StagedUpload(string Id, StorePath? Path, DateTimeOffset Started, long? Length);
