using Cairn.Writing;

namespace Cairn;

public sealed partial class ArtifactStore
{
    /// <summary>Opens a file for writing.</summary>
    /// <param name="path">The path of the file. Its parents are created automatically.</param>
    /// <param name="mode">The condition of the write. The store checks it when the write completes, or earlier.</param>
    /// <param name="options">Content type, metadata and other properties of the file. Optional.</param>
    /// <param name="cancellationToken">Cancels the opening, not later writes.</param>
    /// <returns>
    /// A stream that publishes its content only on <see cref="StoreWriteStream.CompleteAsync"/>. The caller disposes it; if it is disposed before
    /// completion, the existing file is unchanged.
    /// </returns>
    /// <exception cref="StoreException">
    /// <see cref="StoreErrorCode.Unsupported"/>: the store does not support the mode, the content type or the metadata. <see
    /// cref="StoreErrorCode.PathConflict"/>. <see cref="StoreErrorCode.AlreadyExists"/> and <see cref="StoreErrorCode.PreconditionFailed"/>, here or at
    /// completion.
    /// </exception>
    public Task<StoreWriteStream> OpenWriteAsync(StorePath path, WriteMode mode, OpenWriteOptions? options = null, CancellationToken cancellationToken = default) =>
        Core.OpenWriteAsync(path, mode, options, cancellationToken);
}
