using System.Net;
using System.Security.Cryptography;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>A copy by the service, however large, in as many calls as it asks for. Metadata and content type go along.</summary>
internal sealed class GcsRewrite(GcsDriver driver, CopyRequest request)
{
    public async ValueTask<GcsResource> RunAsync(CancellationToken cancellationToken)
    {
        var from = driver.Keys.FileKey(request.Source);
        var to = GcsKeys.Held(driver.Keys.FileKey(request.Target));
        if (!GcsKeys.IsHeld(from))
            throw Missing(null);
        var condition = GcsDriver.ConditionOf(request.Mode);
        var generation = request.SourceIfMatch is null ? null : GcsDriver.GenerationOf(request.SourceIfMatch);
        GcsResource? resource = null;
        // A body replaces all that the source has, so only a copy that must differ in something gets one.
        if (condition is not null || driver.Options.StorageClass is not null)
        {
            var source = await driver.FindAsync(from, null, cancellationToken).ConfigureAwait(false) ?? throw Missing(null);
            if (generation is not null && source.Generation != generation)
                throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
            generation = source.Generation;
            resource = Body(source, condition is null ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)));
        }
        try
        {
            return await RunAsync(from, to, generation, condition, resource, cancellationToken).ConfigureAwait(false);
        }
        catch (GcsException e) when (condition is not null && e.Status == HttpStatusCode.PreconditionFailed)
        {
            // A lost answer and a repetition look like a refusal: the name of the write tells.
            var there = await driver.FindAsync(to, null, cancellationToken).ConfigureAwait(false);
            if (there?.WriteId is { } writeId && writeId == resource!.WriteId)
                return there;
            if ((await driver.FindAsync(from, "generation", cancellationToken).ConfigureAwait(false))?.Generation != generation)
                throw new ArtifactStoreException(new StoreFault(StoreErrorCode.PreconditionFailed, "the source has changed") { RequestId = e.RequestId }, e);
            throw GcsDriver.Refused(request.Mode, e);
        }
        catch (GcsException e) when (GcsErrors.IsMissing(e))
        {
            throw Missing(e);
        }
    }

    private async ValueTask<GcsResource> RunAsync(string from, string to, string? generation, string? condition, GcsResource? resource, CancellationToken cancellationToken)
    {
        string? token = null;
        while (true)
        {
            var url = driver.Addresses.Rewrite(
                from, to, ("ifSourceGenerationMatch", generation), ("ifGenerationMatch", condition), ("destinationKmsKeyName", driver.Options.KmsKey), ("rewriteToken", token));
            var answer = await driver.Client.JsonAsync(
                new(HttpMethod.Post, url) { Body = resource is null ? null : GcsBodies.Json(resource, GcsJson.Default.GcsResource) }, GcsJson.Default.GcsRewritten, cancellationToken).ConfigureAwait(false);
            if (answer is { Done: true, Resource: { } made })
                return made;
            token = answer.RewriteToken ?? throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the service neither copied nor said how to go on");
        }
    }

    private GcsResource Body(GcsResource source, string? writeId)
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
            CustomTime = source.CustomTime,
            StorageClass = driver.Options.StorageClass,
            Metadata = metadata.Count == 0 ? null : metadata,
        };
    }

    private static ArtifactStoreException Missing(Exception? inner) => new(StoreErrorCode.NotFound, "the source does not exist", inner);
}
