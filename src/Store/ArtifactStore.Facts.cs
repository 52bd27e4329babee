using Cairn.Engine;
using Cairn.Errors;
using Cairn.Layers;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Writing;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Gets the metadata of a path, or null if nothing exists.</summary>
    /// <returns>The metadata of the file or, if there is no file, of the directory. The root is always a directory.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: nothing exists at the path.</exception>
    public async Task<StoreEntry> StatAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await Core.StatAsync(path, cancellationToken).ConfigureAwait(false);

    /// <summary>Gets the metadata of a path, or null if nothing exists.</summary>
    /// <returns>The metadata of the file or, if there is no file, of the directory; null if nothing exists.</returns>
    public async Task<StoreEntry?> TryStatAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await Core.TryStatAsync(path, cancellationToken).ConfigureAwait(false);

    /// <summary>Returns true if a file or a directory exists at the path.</summary>
    public async Task<bool> ExistsAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await TryStatAsync(path, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Returns true if a file exists at the path.</summary>
    public async Task<bool> IsFileAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Core.Enter(cancellationToken);
        return !path.IsRoot && await Core.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { IsFile: true };
    }

    /// <summary>Returns true if a directory exists at the path. In stores that allow both, a file may exist at the same path.</summary>
    public async Task<bool> IsDirectoryAsync(StorePath path, CancellationToken cancellationToken = default) =>
        await Core.IsDirectoryAsync(path, cancellationToken).ConfigureAwait(false);

    /// <summary>Gets the length of a file in bytes.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: no file exists at the path; there may be a directory.</exception>
    public async Task<long> GetLengthAsync(StorePath path, CancellationToken cancellationToken = default)
    {
        Core.Enter(cancellationToken);
        return (await Core.StatFileAsync(path, StoreOperations.Stat, cancellationToken).ConfigureAwait(false)).Length;
    }

    /// <summary>Creates a directory and its parents. Succeeds if the directory exists; the root always exists.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.PathConflict"/>: a file exists at the path or at a parent, and the store does not allow that. <see
    /// cref="StoreErrorCode.Unsupported"/>: the store does not support creating directories.
    /// </exception>
    public Task MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken = default) => Core.MakeDirectoryAsync(path, cancellationToken);

    /// <summary>Creates an empty file if nothing exists; otherwise, sets the modified time of the file to the current time.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/>: the file exists and the store cannot set times. <see cref="StoreErrorCode.PathConflict"/>: a directory
    /// exists at the path.
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
            : throw CreateException(StoreErrorCode.PathConflict, "a directory exists at this path", StoreOperations.Touch, path);
    }

    /// <summary>Creates a URL that lets anyone who has it read or write one file until it expires. The URL is a secret: do not log it.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="access">The access that the URL allows.</param>
    /// <param name="lifetime">The lifetime of the URL from now on; the store may have a maximum.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the store does not support presigned URLs.</exception>
    public Task<Uri> PresignAsync(StorePath path, PresignAccess access, TimeSpan lifetime, CancellationToken cancellationToken = default) =>
        MakeUrlAsync(new(path, access, lifetime), cancellationToken);

    /// <summary>Creates a URL that lets anyone who has it write one file with one media type until it expires. The URL is a secret: do not log it.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="lifetime">The lifetime of the URL from now on; the store may have a maximum.</param>
    /// <param name="contentType">The media type. The service refuses a request with another media type or none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the store does not support such URLs (<see
    /// cref="StoreCapabilities.PresignContentType"/>).</exception>
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
