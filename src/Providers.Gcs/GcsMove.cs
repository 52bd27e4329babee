using System.Globalization;
using System.Net;
using Cairn.Providers;
using Google;
using Google.Apis.Storage.v1;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>
/// A move by the service (<c>objects.move</c>), which is atomic and applies to one generation. If the server does not support that call, a copy followed by
/// a delete of the copied generation.
/// </summary>
internal sealed class GcsMove(GcsDriver driver, CopyRequest request)
{
    /// <summary>The number of times that the source can be replaced before the move fails.</summary>
    private const int MostReplaced = 5;

    private readonly string _from = driver.Keys.FileKey(request.Source);
    private readonly string _to = GcsKeys.Held(driver.Keys.FileKey(request.Target));
    private readonly long? _condition = GcsDriver.ConditionOf(request.Mode);

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        // The source must be known: if a response is lost, only the content at the target shows whether the move was performed.
        var source = await FindSourceAsync(cancellationToken).ConfigureAwait(false) ?? throw Missing(null);
        for (var replaced = 0; ; replaced++)
        {
            if (request.SourceIfMatch is { } etag && source.Generation != GcsDriver.GenerationOf(etag))
                throw new StoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
            var isLost = false;
            try
            {
                if (driver.MovesByCopy)
                    await CopyAndDeleteAsync(source, cancellationToken).ConfigureAwait(false);
                else
                    await MoveAsync(source, _ => isLost = true, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!driver.MovesByCopy && !cancellationToken.IsCancellationRequested && (e is GoogleApiException || GcsErrors.Classify(e).IsTransient))
            {
                isLost |= GcsErrors.Classify(e).IsTransient;
                var now = await FindSourceAsync(cancellationToken).ConfigureAwait(false);
                if (now is null && isLost && await IsAtTargetAsync(source, cancellationToken).ConfigureAwait(false))
                    return;
                if (now is null)
                    throw Missing(e as GoogleApiException);
                if (now.Generation == source.Generation && !MayLackTheCall(e))
                    throw e is GoogleApiException refusal ? GcsDriver.Refused(request.Mode, refusal) : e;
                if (now.Generation == source.Generation)
                    driver.MovesByCopy = true;
                else if (replaced == MostReplaced)
                    throw new StoreException(StoreErrorCode.PreconditionFailed, "the source changed repeatedly", e);
                source = now;
            }
        }
    }

    private ValueTask<StorageObject> MoveAsync(StorageObject source, Action<Exception> failed, CancellationToken cancellationToken) => driver.Client.CallAsync(
        service => new ObjectsResource.MoveRequest(service, driver.Keys.Bucket, _from, _to)
        {
            IfSourceGenerationMatch = source.Generation,
            IfGenerationMatch = _condition,
            // The connection pool silently repeats a request without a body if its response is lost. This request must not appear refused when it was
            // performed.
            ModifyRequest = static message => message.Content = new ByteArrayContent([]),
        },
        cancellationToken,
        failed);

    private async ValueTask CopyAndDeleteAsync(StorageObject source, CancellationToken cancellationToken)
    {
        await driver.CopyAsync(request with { SourceIfMatch = source.Generation?.ToString(CultureInfo.InvariantCulture) }, cancellationToken).ConfigureAwait(false);
        try
        {
            await driver.DeleteObjectAsync(_from, source.Generation, cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (e.HttpStatusCode == HttpStatusCode.PreconditionFailed)
        {
            throw GcsErrors.Of(StoreErrorCode.PreconditionFailed, "it changed while it was moved: the target has the earlier version, and the source is kept", e);
        }
    }

    private ValueTask<StorageObject?> FindSourceAsync(CancellationToken cancellationToken) => driver.FindAsync(_from, GcsDriver.Facts, cancellationToken);

    private async ValueTask<bool> IsAtTargetAsync(StorageObject source, CancellationToken cancellationToken) =>
        await driver.FindAsync(_to, GcsDriver.Facts, cancellationToken).ConfigureAwait(false) is { } there
        && (there.Crc32c, there.Size, there.ContentType) == (source.Crc32c, source.Size, source.ContentType);

    /// <summary>Returns true if the refusal for an existing object can mean that the server does not support the call.</summary>
    private static bool MayLackTheCall(Exception e) =>
        e is GoogleApiException { HttpStatusCode: HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented };

    private static StoreException Missing(GoogleApiException? e) =>
        e is null ? new(StoreErrorCode.NotFound, "the source does not exist") : GcsErrors.Of(StoreErrorCode.NotFound, "the source does not exist", e);
}
