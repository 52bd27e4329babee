using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>Opens one version of a file any number of times: the first opening determines the version.</summary>
internal sealed class PinnedFile(StoreCore store, StorePath path)
{
    private StoreEntry? _version;

    public StoreCore Store => store;

    public StoreUri Uri => store.GetUri(path);

    /// <summary>Opens a range.</summary>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the version of the file is no longer that of the first
    /// opening.</exception>
    public async ValueTask<StoreRead> OpenAsync(ByteRange range, string? ifMatch, CancellationToken cancellationToken)
    {
        var request = new ReadRequest(path) { Range = range, IfMatch = _version is null ? ifMatch : _version.ETag };
        var read = await store.Guard(StoreOperations.OpenRead, path)
            .RunAsync(store.Driver, request, static (driver, request, stopping) => driver.OpenReadAsync(request, stopping), cancellationToken).ConfigureAwait(false);
        if (_version is null)
            _version = read.Info;
        else if (read.Info.ETag != _version.ETag || read.Info.Length != _version.Length || (_version.ETag is null && read.Info.Modified != _version.Modified))
        {
            await read.DisposeAsync().ConfigureAwait(false);
            throw Changed();
        }
        return read;
    }

    public StoreException Changed() => Failure(StoreErrorCode.PreconditionFailed, "the file changed while it was read", "Open it again.");

    public StoreException Failure(StoreErrorCode code, string reason, string? advice = null) => store.CreateException(code, reason, StoreOperations.Read, path, advice);

    /// <summary>The guard under which the content is read.</summary>
    public StoreGuard Reading => store.Guard(StoreOperations.Read, path);

    /// <summary>Returns whether a connection that broke with this exception is worth another request.</summary>
    public bool IsTransient(Exception exception, out TimeSpan? retryAfter)
    {
        var fault = store.Classify(exception);
        retryAfter = fault.RetryAfter;
        return fault.IsTransient;
    }
}
