using Cairn.Engine;
using Cairn.Errors;
using Cairn.Layers;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Writing;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Looks at a path.</summary>
    /// <returns>The file's facts, or where there is no file those of the directory. The root is always a directory.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when nothing is there.</exception>
    public async Task<StoreEntry> StatAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await Core.StatAsync(path, cancellationToken).ConfigureAwait(false);

    /// <summary>Looks at a path.</summary>
    /// <returns>The file's facts, or where there is no file those of the directory; null when nothing is there.</returns>
    public async Task<StoreEntry?> TryStatAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await Core.TryStatAsync(path, cancellationToken).ConfigureAwait(false);

    /// <summary>True when a file or a directory stands at the path.</summary>
    public async Task<bool> ExistsAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await TryStatAsync(path, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>True when a file stands at the path.</summary>
    public async Task<bool> IsFileAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Core.Enter(cancellationToken);
        return !path.IsRoot && await Core.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { IsFile: true };
    }

    /// <summary>True when a directory stands at the path. On stores that allow both, a file may stand there too.</summary>
    public async Task<bool> IsDirectoryAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await Core.IsDirectoryAsync(path, cancellationToken).ConfigureAwait(false);

    /// <summary>A file's length in bytes.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when no file is there, also when a directory is.</exception>
    public async Task<long> GetLengthAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Core.Enter(cancellationToken);
        return (await Core.StatFileAsync(path, StoreOperations.Stat, cancellationToken).ConfigureAwait(false)).Length;
    }

    /// <summary>Makes a directory, with its parents; succeeds when it is there. The root always is.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.PathConflict"/> when a file stands at the path or at a parent, and the store forbids that; <see cref="StoreErrorCode.Unsupported"/> where
    /// directories cannot be made.
    /// </exception>
    public Task MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken = default) => Core.MakeDirectoryAsync(path, cancellationToken);

    /// <summary>Makes an empty file where nothing is; otherwise sets the file's modified time to now.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/> when the file is there and the store cannot set times; <see cref="StoreErrorCode.PathConflict"/> when a directory is there.
    /// </exception>
    public async Task<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        StoreCore.NotRoot(path, nameof(path));
        Core.Enter(cancellationToken);
        Core.Refuse(CapabilityRules.Write(Capabilities, WriteMode.CreateNew), StoreOperations.Touch, path);
        if (await Core.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is not { } info)
        {
            try
            {
                return await Core.WriteWholeAsync(path, WriteMode.CreateNew, ReadOnlyMemory<byte>.Empty, null, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
            {
                info = await Core.StatFileAsync(path, StoreOperations.Touch, cancellationToken).ConfigureAwait(false);
            }
        }
        return info.IsFile
            ? await Core.TouchDriverAsync(path, cancellationToken).ConfigureAwait(false)
            : throw CreateException(StoreErrorCode.PathConflict, "a directory stands there", StoreOperations.Touch, path);
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
        StoreCore.NotRoot(request.Path, "path");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(request.Lifetime, TimeSpan.Zero);
        Core.Enter(cancellationToken);
        return await Core.PresignAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
