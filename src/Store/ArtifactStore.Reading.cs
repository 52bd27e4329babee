using Cairn.Reading;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="options">The range, condition, read-ahead and expected checksum. Default: the whole file in its current version.</param>
    /// <param name="cancellationToken">Cancels the opening, not later reads.</param>
    /// <returns>A seekable stream with a known length that reads one version of the file. The caller disposes it.</returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.NotFound"/>, also for a directory; <see cref="StoreErrorCode.PreconditionFailed"/>; <see cref="StoreErrorCode.RangeNotSatisfiable"/>.
    /// </exception>
    public Task<StoreReadStream> OpenReadAsync(StorePath path, OpenReadOptions? options = null, CancellationToken cancellationToken = default) =>
        Core.OpenReadAsync(path, options, cancellationToken);
}
