using System.Net;
using System.Security.Cryptography;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>A write: one request when it fits into one part; how a larger one goes is the derived class' matter.</summary>
internal abstract class GcsUpload : StoreUpload
{
    private GcsResource? _made;

    protected GcsUpload(GcsDriver driver, UploadRequest request)
    {
        (Driver, Request, Key) = (driver, request, GcsKeys.Held(driver.Keys.FileKey(request.Path)));
        Condition = GcsDriver.ConditionOf(request.Mode);
        Resource = new()
        {
            ContentType = request.ContentType,
            Metadata = GcsMetadata.ToResource(request.Metadata, Condition is null ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))),
        };
    }

    protected GcsDriver Driver { get; }

    protected UploadRequest Request { get; }

    protected string Key { get; }

    /// <summary>The value of <c>ifGenerationMatch</c>; null for none.</summary>
    protected string? Condition { get; }

    /// <summary>Content type and metadata; those of a conditional write also name it, so that a lost answer is recognised.</summary>
    protected GcsResource Resource { get; }

    protected bool IsCompleted => _made is not null;

    public sealed override async ValueTask<ArtifactInfo> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_made is not null)
            return _made.ToInfo(Request.Path);
        GcsResource made;
        try
        {
            made = await PublishAsync(last, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Condition is not null && MayBeOwnSuccess(e, cancellationToken))
        {
            made = await OwnSuccessAsync(cancellationToken).ConfigureAwait(false) ?? throw (e is GcsException refusal ? GcsDriver.Refused(Request.Mode, refusal) : Rethrown(e));
        }
        _made = made;
        return made.ToInfo(Request.Path);
    }

    /// <summary>Writes the last part and publishes under the condition.</summary>
    protected abstract ValueTask<GcsResource> PublishAsync(UploadPart last, CancellationToken cancellationToken);

    /// <summary>Writes the whole object in one request.</summary>
    protected async ValueTask<GcsResource> PutAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var crc = Crc32C.Compute(data.Span);
        var made = await Driver.InsertAsync(Key, Resource, data, crc, Condition, cancellationToken).ConfigureAwait(false);
        return await VerifiedAsync(made, crc, data.Length, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes sure that the service stored what was sent; if not, nothing stays.</summary>
    protected async ValueTask<GcsResource> VerifiedAsync(GcsResource made, uint crc, long length, CancellationToken cancellationToken)
    {
        if (Holds(made))
            return made;
        // The answer may be damaged rather than the object.
        var there = await Driver.FindAsync(Key, null, cancellationToken).ConfigureAwait(false);
        if (there is not null && Holds(there) && (Resource.WriteId is null || there.WriteId == Resource.WriteId))
            return there;
        if (there is not null && there.Generation == made.Generation)
        {
            await Driver.Client.DoAsync(
                new(HttpMethod.Delete, Driver.Addresses.Object(Key, ("ifGenerationMatch", made.Generation))) { Accepts = static s => s is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed },
                cancellationToken).ConfigureAwait(false);
        }
        throw new ArtifactStoreException(StoreErrorCode.IntegrityFailure, "the service stored other bytes than were sent; they were removed again");

        bool Holds(GcsResource resource) => resource.Crc == Crc32C.ToBase64(crc) && resource.Size == length && resource.Generation is not null;
    }

    private static bool MayBeOwnSuccess(Exception e, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && (e is GcsException { Status: HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound or HttpStatusCode.Gone } || GcsErrors.Classify(e) is { Code: StoreErrorCode.Unavailable });

    private async ValueTask<GcsResource?> OwnSuccessAsync(CancellationToken cancellationToken)
    {
        var there = await Driver.FindAsync(Key, null, cancellationToken).ConfigureAwait(false);
        return there?.WriteId is { } writeId && writeId == Resource.WriteId ? there : null;
    }

    private static Exception Rethrown(Exception e)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e);
        return e;
    }
}
