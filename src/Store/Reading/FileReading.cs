using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>Opens files for reading.</summary>
internal static class FileReading
{
    /// <inheritdoc cref="ArtifactStore.OpenReadAsync"/>
    public static async Task<StoreReadStream> OpenReadAsync(this StoreCore store, StorePath path, OpenReadOptions? options, CancellationToken cancellationToken)
    {
        options ??= new();
        var readAhead = options.ReadAhead ?? store.Options.ReadAhead;
        ArgumentOutOfRangeException.ThrowIfNegative(readAhead, nameof(options));
        if (options.ExpectedChecksum is { } expected)
            SequentialDigest.Validate(expected);
        var (file, read) = await store.OpenPinnedAsync(path, options, cancellationToken).ConfigureAwait(false);
        return new StoreReadStream(file, read, options, readAhead);
    }

    /// <summary>Opens the range in the version that <see cref="PinnedFile"/> reopens later.</summary>
    public static async ValueTask<(PinnedFile File, StoreRead Read)> OpenPinnedAsync(this StoreCore store, StorePath path, OpenReadOptions options, CancellationToken cancellationToken)
    {
        store.Enter(cancellationToken);
        if (path.IsRoot)
            throw store.CreateException(StoreErrorCode.NotFound, "it is a directory, not a file", StoreOperations.OpenRead, path);
        var file = new PinnedFile(store, path);
        return (file, await file.OpenAsync(options.Range, options.IfMatch, cancellationToken).ConfigureAwait(false));
    }
}
