using Cairn.Reading;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Range, condition, read-ahead and expected checksum; null for the whole file as it is.</param>
    /// <param name="cancellationToken">Cancels the opening, not the reading.</param>
    /// <returns>A seekable stream of known length over one version of the file; the caller disposes it.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>, also for a directory; <see cref="StoreErrorCode.PreconditionFailed"/>; <see cref="StoreErrorCode.RangeNotSatisfiable"/>.
    /// </exception>
    public Task<StoreReadStream> OpenReadAsync(StorePath path, OpenReadOptions? options = null, CancellationToken cancellationToken = default) =>
        Core.OpenReadAsync(path, options, cancellationToken);
}
