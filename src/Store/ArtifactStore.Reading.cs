using Cairn.Errors;
using Cairn.Providers;
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
    public async Task<StoreReadStream> OpenReadAsync(StorePath path, OpenReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var readAhead = options.ReadAhead ?? Options.ReadAhead;
        ArgumentOutOfRangeException.ThrowIfNegative(readAhead, nameof(options));
        if (options.ExpectedChecksum is { } expected)
            SequentialDigest.Validate(expected);
        var (file, read) = await OpenPinnedAsync(path, options, cancellationToken).ConfigureAwait(false);
        return new StoreReadStream(file, read, options, readAhead);
    }

    /// <summary>Opens the range, of the version that <see cref="PinnedFile"/> then opens again.</summary>
    internal async ValueTask<(PinnedFile File, StoreRead Read)> OpenPinnedAsync(StorePath path, OpenReadOptions options, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        if (path.IsRoot)
            throw CreateException(StoreErrorCode.NotFound, "it is a directory, not a file", StoreOperations.OpenRead, path);
        var file = new PinnedFile(this, path);
        return (file, await file.OpenAsync(options.Range, options.IfMatch, cancellationToken).ConfigureAwait(false));
    }
}
