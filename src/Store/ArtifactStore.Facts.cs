using Cairn.Errors;
using Cairn.Providers;

namespace Cairn;

public sealed partial class ArtifactStore
{
    private static readonly StoreEntry RootInfo = new() { Path = StorePath.Root, Kind = EntryKind.Directory };

    /// <summary>Looks at a path.</summary>
    /// <returns>The file's facts, or where there is no file those of the directory. The root is always a directory.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when nothing is there.</exception>
    public async Task<StoreEntry> StatAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await TryStatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw Missing(StoreOperations.Stat, path);

    /// <summary>Looks at a path.</summary>
    /// <returns>The file's facts, or where there is no file those of the directory; null when nothing is there.</returns>
    public async Task<StoreEntry?> TryStatAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        if (path.IsRoot)
            return RootInfo;
        if (await StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { } info)
            return info;
        return await HasVirtualDirectoryAsync(path, cancellationToken).ConfigureAwait(false) ? new() { Path = path, Kind = EntryKind.Directory } : null;
    }

    /// <summary>True when a file or a directory stands at the path.</summary>
    public async Task<bool> ExistsAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await TryStatAsync(path, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>True when a file stands at the path.</summary>
    public async Task<bool> IsFileAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        return !path.IsRoot && await StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { IsFile: true };
    }

    /// <summary>True when a directory stands at the path. On stores that allow both, a file may stand there too.</summary>
    public async Task<bool> IsDirectoryAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        if (path.IsRoot)
            return true;
        return Capabilities.Directories == DirectoryKind.Real
            ? await StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { IsDirectory: true }
            : await HasVirtualDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A file's length in bytes.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when no file is there, also when a directory is.</exception>
    public async Task<long> GetLengthAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        return (await StatFileAsync(path, StoreOperations.Stat, cancellationToken).ConfigureAwait(false)).Length;
    }

    /// <summary>Makes a directory, with its parents; succeeds when it is there. The root always is.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.PathConflict"/> when a file stands at the path or at a parent, and the store forbids that; <see cref="StoreErrorCode.Unsupported"/> where
    /// directories cannot be made.
    /// </exception>
    public async Task MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Enter(cancellationToken);
        if (path.IsRoot)
            return;
        CheckWritable(StoreOperations.MakeDirectory, path);
        if (Capabilities.Directories == DirectoryKind.None)
            throw CreateException(StoreErrorCode.Unsupported, "this store has no directories of their own", StoreOperations.MakeDirectory, path, "Write a file below the path instead.");
        try
        {
            await _driver.MakeDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.MakeDirectory, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.MakeDirectory, path);
        }
    }

    /// <summary>Makes an empty file where nothing is; otherwise sets the file's modified time to now.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/> when the file is there and the store cannot set times; <see cref="StoreErrorCode.PathConflict"/> when a directory is there.
    /// </exception>
    public async Task<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        NotRoot(path, nameof(path));
        Enter(cancellationToken);
        CheckWritable(StoreOperations.Touch, path);
        if (await StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            try
            {
                return await WriteWholeAsync(path, WriteMode.CreateNew, ReadOnlyMemory<byte>.Empty, null, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
            {
                info = await StatFileAsync(path, StoreOperations.Touch, cancellationToken).ConfigureAwait(false);
            }
        }
        if (info.IsDirectory)
            throw CreateException(StoreErrorCode.PathConflict, "a directory stands there", StoreOperations.Touch, path);
        if (!Capabilities.Touch)
            throw CreateException(StoreErrorCode.Unsupported, "this store cannot set the time of a file that is there", StoreOperations.Touch, path, "Write the file again instead.");
        try
        {
            return await _driver.TouchAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Touch, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Touch, path);
        }
    }

    /// <summary>Makes a URL with which anyone who holds it may read or write one file until it expires. It is a secret: do not log it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access">What the URL allows.</param>
    /// <param name="lifetime">For how long, from now; the store may have a maximum.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/> where the store makes no such URLs.</exception>
    public Task<Uri> PresignAsync(StorePath path, PresignAccess access, TimeSpan lifetime, CancellationToken cancellationToken = default) =>
        MakeUrlAsync(new(path, access, lifetime), cancellationToken);

    /// <summary>Makes a URL with which anyone who holds it may write one file, of one media type, until it expires. It is a secret: do not log it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lifetime">For how long, from now; the store may have a maximum.</param>
    /// <param name="contentType">The media type: a request with another, or none, is refused by the service.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/> where the store makes no such URLs (<see cref="StoreCapabilities.PresignContentType"/>).</exception>
    public Task<Uri> PresignWriteAsync(StorePath path, TimeSpan lifetime, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        return MakeUrlAsync(new(path, PresignAccess.Write, lifetime) { ContentType = contentType }, cancellationToken);
    }

    private async Task<Uri> MakeUrlAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        var path = request.Path;
        NotRoot(path, nameof(path));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(request.Lifetime, TimeSpan.Zero);
        Enter(cancellationToken);
        if (!Capabilities.Presign)
            throw CreateException(StoreErrorCode.Unsupported, "this store makes no presigned URLs", StoreOperations.Presign, path);
        if (request.ContentType is not null && !Capabilities.PresignContentType)
            throw CreateException(StoreErrorCode.Unsupported, "this store cannot bind a presigned URL to a content type", StoreOperations.Presign, path);
        try
        {
            return await _driver.PresignAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Presign, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Presign, path);
        }
    }

    internal StoreException Missing(string operation, StorePath path) => CreateException(StoreErrorCode.NotFound, "it does not exist", operation, path);

    /// <summary>The facts of a file, which must be there.</summary>
    internal async ValueTask<StoreEntry> StatFileAsync(StorePath path, string operation, CancellationToken cancellationToken)
    {
        var info = path.IsRoot ? RootInfo : await StatDriverAsync(path, cancellationToken).ConfigureAwait(false);
        return info switch
        {
            null => throw Missing(operation, path),
            { IsDirectory: true } => throw CreateException(StoreErrorCode.NotFound, "it is a directory, not a file", operation, path),
            _ => info,
        };
    }

    internal async ValueTask<StoreEntry?> StatDriverAsync(StorePath path, CancellationToken cancellationToken)
    {
        try
        {
            return await _driver.StatAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsRaw(e, StoreOperations.Stat, path, cancellationToken))
        {
            throw Wrap(e, StoreOperations.Stat, path);
        }
    }

    /// <summary>
    /// Whether something lies below the path or a marker stands for it, in one request: the directory's entry in its parent. Names such as <c>a-b</c> and <c>a.txt</c> order
    /// between <c>a</c> and <c>a/</c>, so the listing starts as close before <c>a/</c> as text can: after <c>a.</c> and the last character there is.
    /// </summary>
    private async ValueTask<bool> HasVirtualDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (Capabilities.Directories == DirectoryKind.Real || !Capabilities.List)
            return false;
        var request = new ListRequest(path.Parent, Recursive: false) { NamePrefix = path.Name, StartAfter = path.Value + ".\U0010FFFF", Limit = 1 };
        var key = path.Value + "/";
        await foreach (var page in PagesAsync(request, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entry in page)
            {
                if (Utf8Order.Compare(entry.OrderKey, key) is var order and >= 0)
                    return order == 0;
            }
        }
        return false;
    }
}
