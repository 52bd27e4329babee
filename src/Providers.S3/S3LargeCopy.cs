using System.Net;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>
/// Copies by parts within the service: above the limit of a single copy, and if the completion must have a condition, which not every service honors for a
/// simple copy.
/// </summary>
internal sealed class S3LargeCopy(S3Driver driver, CopyRequest request, StoreEntry source)
{
    private const int MostParts = 10_000;

    /// <summary>Parts of half a GiB: large enough that there are few, and small enough that several are copied in parallel.</summary>
    private const long LargestPart = 512L << 20;

    public async ValueTask<StoreEntry> RunAsync(CancellationToken cancellationToken)
    {
        if (source.Length == 0)
            return await CreateEmptyAsync(cancellationToken).ConfigureAwait(false);
        await driver.Conditions.DemandAsync(request.Mode, isMultipart: true, cancellationToken).ConfigureAwait(false);
        var begin = new InitiateMultipartUploadRequest { BucketName = driver.Keys.Bucket, Key = Key, ContentType = source.ContentType, RequestPayer = driver.Payer };
        foreach (var (name, value) in source.Metadata)
            begin.Metadata[name] = S3Metadata.Encode(value);
        var writeId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
        begin.Metadata[S3Upload.WriteIdName] = writeId;
        if (driver.Options.Checksum == S3Checksum.Crc32C)
            (begin.ChecksumAlgorithm, begin.ChecksumType) = (ChecksumAlgorithm.CRC32C, ChecksumType.FULL_OBJECT);
        driver.Stamp(begin);
        var id = (await driver.Client.InitiateMultipartUploadAsync(begin, cancellationToken).ConfigureAwait(false)).UploadId;
        try
        {
            var parts = await CopyPartsAsync(id, cancellationToken).ConfigureAwait(false);
            await CompleteAsync(id, writeId, parts, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await driver.AbortAsync(Key, id).ConfigureAwait(false);
            throw;
        }
        return await driver.StatAsync(request.Target, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreErrorCode.NotFound, "the copy was removed immediately after its creation");
    }

    private string Key => driver.Keys.FileKey(request.Target);

    private async ValueTask<List<PartETag>> CopyPartsAsync(string id, CancellationToken cancellationToken)
    {
        var size = Math.Max(Math.Min(driver.Options.CopyPartSize, LargestPart), (source.Length + MostParts - 1) / MostParts);
        var parts = new PartETag[(source.Length + size - 1) / size];
        await Parallel.ForAsync(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = driver.Options.Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var response = await driver.Client.CopyPartAsync(new()
            {
                SourceBucket = driver.Keys.Bucket,
                SourceKey = driver.Keys.FileKey(request.Source),
                DestinationBucket = driver.Keys.Bucket,
                DestinationKey = Key,
                UploadId = id,
                PartNumber = i + 1,
                FirstByte = i * size,
                LastByte = Math.Min((i + 1) * size, source.Length) - 1,
                ETagToMatch = [source.ETag],
                RequestPayer = driver.Payer,
            }, token).ConfigureAwait(false);
            parts[i] = new(i + 1, S3Marks.ETag(response.ETag)) { ChecksumCRC32C = response.ChecksumCRC32C };
        }).ConfigureAwait(false);
        return [.. parts];
    }

    private async ValueTask CompleteAsync(string id, string writeId, List<PartETag> parts, CancellationToken cancellationToken)
    {
        try
        {
            var complete = new CompleteMultipartUploadRequest
            {
                BucketName = driver.Keys.Bucket,
                Key = Key,
                UploadId = id,
                PartETags = parts,
                IfNoneMatch = request.Mode.Kind == WriteModes.CreateNew ? "*" : null,
                IfMatch = request.Mode.ETag,
                RequestPayer = driver.Payer,
            };
            if (driver.Options.Checksum == S3Checksum.Crc32C && source.Checksum is { Algorithm: Checksum.Crc32C } known)
                (complete.ChecksumType, complete.ChecksumCRC32C) = (ChecksumType.FULL_OBJECT, Convert.ToBase64String(Convert.FromHexString(known.Hex)));
            await driver.Client.CompleteMultipartUploadAsync(complete, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound or HttpStatusCode.Conflict || (int)e.StatusCode >= 500)
        {
            // A retry after a lost response looks like a refusal: the id of the write distinguishes them.
            if ((await driver.HeadAsync(request.Target, cancellationToken).ConfigureAwait(false)).WriteId != writeId)
                throw S3Errors.OfCondition(e, request.Mode, isMultipart: true);
        }
    }

    private async ValueTask<StoreEntry> CreateEmptyAsync(CancellationToken cancellationToken)
    {
        var upload = new S3Upload(driver, new(request.Target, request.Mode) { ContentType = source.ContentType, Metadata = source.Metadata, Length = 0 });
        await using (upload.ConfigureAwait(false))
            return await upload.CompleteAsync(default, cancellationToken).ConfigureAwait(false);
    }
}
