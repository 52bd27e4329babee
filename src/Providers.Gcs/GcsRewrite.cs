using System.Net;
using System.Security.Cryptography;
using Cairn.Providers;
using Google;
using Google.Apis.Storage.v1;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>A copy of any size by the service, in as many calls as it requires. Metadata and content type are preserved.</summary>
internal sealed class GcsRewrite(GcsDriver driver, CopyRequest request)
{
    public async ValueTask<StorageObject> RunAsync(CancellationToken cancellationToken)
    {
        var from = driver.Keys.FileKey(request.Source);
        var to = GcsKeys.Held(driver.Keys.FileKey(request.Target));
        if (!GcsKeys.IsHeld(from))
            throw Missing(null);
        var condition = GcsDriver.ConditionOf(request.Mode);
        var generation = request.SourceIfMatch is null ? (long?)null : GcsDriver.GenerationOf(request.SourceIfMatch);
        StorageObject? resource = null;
        // A body replaces all metadata of the source, so only a copy that must differ gets one.
        if (condition is not null || driver.Options.StorageClass is not null)
        {
            var source = await driver.FindAsync(from, null, cancellationToken).ConfigureAwait(false) ?? throw Missing(null);
            if (generation is not null && source.Generation != generation)
                throw new StoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
            generation = source.Generation;
            resource = Body(source, condition is null ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)));
        }
        try
        {
            return await RunAsync(from, to, generation, condition, resource, cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (condition is not null && e.HttpStatusCode == HttpStatusCode.PreconditionFailed)
        {
            // A repetition after a lost response looks like a refusal: the id of the write distinguishes them.
            var there = await driver.FindAsync(to, null, cancellationToken).ConfigureAwait(false);
            if (there?.WriteId() is { } writeId && writeId == resource!.WriteId())
                return there;
            if ((await driver.FindAsync(from, "generation", cancellationToken).ConfigureAwait(false))?.Generation != generation)
                throw GcsErrors.Of(StoreErrorCode.PreconditionFailed, "the source has changed", e);
            throw GcsDriver.Refused(request.Mode, e);
        }
        catch (GoogleApiException e) when (GcsErrors.IsMissing(e))
        {
            throw Missing(e);
        }
    }

    private async ValueTask<StorageObject> RunAsync(string from, string to, long? generation, long? condition, StorageObject? resource, CancellationToken cancellationToken)
    {
        string? token = null;
        while (true)
        {
            var answer = await driver.Client.CallAsync(
                service => new ObjectsResource.RewriteRequest(service, resource, driver.Keys.Bucket, from, driver.Keys.Bucket, to)
                {
                    IfSourceGenerationMatch = generation,
                    IfGenerationMatch = condition,
                    DestinationKmsKeyName = driver.Options.KmsKey,
                    RewriteToken = token,
                },
                cancellationToken).ConfigureAwait(false);
            if (answer is { Done: true, Resource: { } made })
                return made;
            token = answer.RewriteToken ?? throw new StoreException(StoreErrorCode.Unavailable, "the service neither completed the copy nor returned a token to continue it");
        }
    }

    private StorageObject Body(StorageObject source, string? writeId)
    {
        var metadata = source.Metadata is null ? new Dictionary<string, string>() : new Dictionary<string, string>(source.Metadata);
        if (writeId is null)
            metadata.Remove(GcsMetadata.WriteId);
        else
            metadata[GcsMetadata.WriteId] = writeId;
        return new()
        {
            ContentType = source.ContentType,
            ContentEncoding = source.ContentEncoding,
            ContentDisposition = source.ContentDisposition,
            ContentLanguage = source.ContentLanguage,
            CacheControl = source.CacheControl,
            CustomTimeRaw = source.CustomTimeRaw,
            StorageClass = driver.Options.StorageClass,
            Metadata = metadata.Count == 0 ? null : metadata,
        };
    }

    private static StoreException Missing(Exception? inner) => new(StoreErrorCode.NotFound, "the source does not exist", inner);
}
