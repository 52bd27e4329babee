using System.Net;
using System.Security.Cryptography;
using Cairn.Providers;
using Google;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>A write: one request for content of one part. The derived class determines how larger content is written.</summary>
internal abstract class GcsUpload : StoreUpload
{
    private readonly string? _writeId;
    private StorageObject? _made;

    protected GcsUpload(GcsDriver driver, UploadRequest request)
    {
        (Driver, Request, Key) = (driver, request, GcsKeys.Held(driver.Keys.FileKey(request.Path)));
        Condition = GcsDriver.ConditionOf(request.Mode);
        _writeId = Condition is null ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    }

    protected GcsDriver Driver { get; }

    protected UploadRequest Request { get; }

    protected string Key { get; }

    /// <summary>Gets the value of <c>ifGenerationMatch</c>, or null if there is none.</summary>
    protected long? Condition { get; }

    protected bool IsCompleted => _made is not null;

    public sealed override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_made is not null)
            return _made.ToInfo(Request.Path);
        StorageObject made;
        try
        {
            made = await PublishAsync(last, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Condition is not null && MayBeOwnSuccess(e, cancellationToken))
        {
            made = await OwnSuccessAsync(cancellationToken).ConfigureAwait(false) ?? throw (e is GoogleApiException refusal ? GcsDriver.Refused(Request.Mode, refusal) : Rethrown(e));
        }
        _made = made;
        return made.ToInfo(Request.Path);
    }

    /// <summary>Returns content type and metadata. For a conditional write, these include its id, which identifies the write after a lost response.</summary>
    protected StorageObject Resource() => new() { ContentType = Request.ContentType, Metadata = GcsMetadata.ToResource(Request.Metadata, _writeId) };

    /// <summary>Writes the last part and publishes the object under the condition.</summary>
    protected abstract ValueTask<StorageObject> PublishAsync(UploadPart last, CancellationToken cancellationToken);

    /// <summary>Writes the whole object with one request.</summary>
    protected async ValueTask<StorageObject> PutAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var crc = Crc32C.Compute(data.Span);
        var made = await Driver.InsertAsync(Key, Resource(), data, crc, Condition, cancellationToken: cancellationToken).ConfigureAwait(false);
        return await VerifiedAsync(made, crc, data.Length, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks that the service stored the sent content; otherwise, removes the object.</summary>
    protected async ValueTask<StorageObject> VerifiedAsync(StorageObject made, uint crc, long length, CancellationToken cancellationToken)
    {
        if (made.Holds(crc, length))
            return made;
        // The response may be damaged and not the object.
        var there = await Driver.FindAsync(Key, null, cancellationToken).ConfigureAwait(false);
        if (there is not null && there.Holds(crc, length) && (_writeId is null || there.WriteId() == _writeId))
            return there;
        if (there?.Generation is { } generation && generation == made.Generation)
            await RemoveAsync(generation, cancellationToken).ConfigureAwait(false);
        throw new StoreException(StoreErrorCode.IntegrityFailure, "the service stored content that differs from the sent content; it was removed");
    }

    private async ValueTask RemoveAsync(long generation, CancellationToken cancellationToken)
    {
        try
        {
            await Driver.DeleteObjectAsync(Key, generation, cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (e.HttpStatusCode == HttpStatusCode.PreconditionFailed)
        {
            // A version of another writer exists and is kept.
            return;
        }
    }

    private static bool MayBeOwnSuccess(Exception e, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && (e is GoogleApiException { HttpStatusCode: HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound or HttpStatusCode.Gone }
            || GcsErrors.Classify(e) is { Code: StoreErrorCode.Unavailable });

    private async ValueTask<StorageObject?> OwnSuccessAsync(CancellationToken cancellationToken)
    {
        var there = await Driver.FindAsync(Key, null, cancellationToken).ConfigureAwait(false);
        return there?.WriteId() is { } id && id == _writeId ? there : null;
    }

    private static Exception Rethrown(Exception e)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
        return e;
    }
}
