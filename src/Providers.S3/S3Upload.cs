using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>A write: one PUT for content of one part; otherwise, a multipart upload whose completion has the condition.</summary>
internal sealed class S3Upload : StoreUpload
{
    /// <summary>The metadata name for the id of a conditional write, which identifies the write after a lost response. Hidden from users.</summary>
    internal const string WriteIdName = "cairn-write-id";

    private const int MostParts = 10_000;
    private const int MostCollisions = 8;
    private const int PartsPerDoubling = 1_000;
    private const int LargestPart = 1536 << 20;

    private static readonly TimeSpan CollisionWait = TimeSpan.FromMilliseconds(50);

    private readonly S3Driver _driver;
    private readonly UploadRequest _request;
    private readonly SortedDictionary<int, (PartETag Tag, uint Crc, int Length)> _parts = [];
    private Task<string>? _beginning;
    private string? _writeId;
    private StoreEntry? _published;
    private readonly bool _isTrial;
    private bool _disposed;

    /// <param name="driver">The driver of the store.</param>
    /// <param name="request">The request.</param>
    /// <param name="isTrial">true for a test of the service's conditions, which need not be known then.</param>
    public S3Upload(S3Driver driver, UploadRequest request, bool isTrial = false) => (_driver, _request, _isTrial) = (driver, request, isTrial);

    public override int MaxParallelParts => _driver.Options.Parallelism;

    /// <summary>
    /// With a known length, a size that distributes it over 10,000 parts; otherwise, a size that doubles every 1,000 parts, so that 5 TiB fit.
    /// </summary>
    public override int GetPartSize(int number)
    {
        long least = _driver.Options.PartSize;
        if (_request.Length is { } length)
            return (int)Math.Min(LargestPart, Math.Max(least, (length + MostParts - 1) / MostParts));
        return (int)Math.Min(LargestPart, least << Math.Min(number / PartsPerDoubling, 20));
    }

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        var id = await BeginMultipartAsync(cancellationToken).ConfigureAwait(false);
        var crc = _driver.Options.Checksum == S3Checksum.Crc32C ? Crc32C.Compute(part.Data.Span) : 0;
        using var body = StreamOf(part.Data);
        var request = new UploadPartRequest
        {
            BucketName = _driver.Keys.Bucket,
            Key = Key,
            UploadId = id,
            PartNumber = part.Number + 1,
            PartSize = part.Data.Length,
            InputStream = body,
            UseChunkEncoding = false,
            RequestPayer = _driver.Payer,
        };
        if (_driver.Options.Checksum == S3Checksum.Crc32C)
            (request.ChecksumAlgorithm, request.ChecksumCRC32C) = (ChecksumAlgorithm.CRC32C, Crc32C.ToBase64(crc));
        request.DisablePayloadSigning = _driver.SkipsPayloadSigning;
        var response = await _driver.Client.UploadPartAsync(request, cancellationToken).ConfigureAwait(false);
        S3Marks.CheckCrc32C(request.ChecksumCRC32C, response.ChecksumCRC32C);
        var tag = new PartETag(part.Number + 1, S3Marks.ETag(response.ETag)) { ChecksumCRC32C = request.ChecksumCRC32C };
        lock (_parts)
            _parts[part.Number] = (tag, crc, part.Data.Length);
    }

    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_published is { } before)
            return before;
        if (!_isTrial)
            await _driver.Conditions.DemandAsync(_request.Mode, _beginning is not null, cancellationToken).ConfigureAwait(false);
        try
        {
            if (_beginning is null)
                _published = await PutAsync(last.Data, cancellationToken).ConfigureAwait(false);
            else
            {
                if (!last.Data.IsEmpty && !IsWritten(last.Number))
                    await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
                _published = await CompleteMultipartAsync(await BeginMultipartAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (IsDoubtful(e, cancellationToken))
        {
            _published = await OwnSuccessAsync(cancellationToken).ConfigureAwait(false) ?? throw Refused(e);
        }
        return _published;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_beginning is not { } beginning || _published is not null)
            return;
        await ((Task)beginning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (beginning.IsCompletedSuccessfully)
            await _driver.AbortAsync(Key, await beginning.ConfigureAwait(false)).ConfigureAwait(false);
    }

    private string Key => _driver.Keys.FileKey(_request.Path);

    /// <summary>
    /// Starts the multipart upload once. If a part is cancelled, the request continues, because only its response identifies the upload to abort.
    /// </summary>
    private async ValueTask<string> BeginMultipartAsync(CancellationToken cancellationToken)
    {
        Task<string> beginning;
        lock (_parts)
        {
            if (_beginning is null || _beginning.IsFaulted)
                _beginning = InitiateAsync();
            beginning = _beginning;
        }
        return await beginning.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> InitiateAsync()
    {
        var request = new InitiateMultipartUploadRequest { BucketName = _driver.Keys.Bucket, Key = Key, ContentType = _request.ContentType, RequestPayer = _driver.Payer };
        if (_driver.Options.Checksum == S3Checksum.Crc32C)
            (request.ChecksumAlgorithm, request.ChecksumType) = (ChecksumAlgorithm.CRC32C, ChecksumType.FULL_OBJECT);
        AddMetadata(request.Metadata, named: true);
        _driver.Stamp(request);
        return (await _driver.Client.InitiateMultipartUploadAsync(request, CancellationToken.None).ConfigureAwait(false)).UploadId;
    }

    private async ValueTask<StoreEntry> PutAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        using var body = StreamOf(data);
        var request = new PutObjectRequest
        {
            BucketName = _driver.Keys.Bucket,
            Key = Key,
            InputStream = body,
            ContentType = _request.ContentType,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            IfNoneMatch = _request.Mode.Kind == WriteModes.CreateNew ? "*" : null,
            IfMatch = _request.Mode.ETag,
            DisablePayloadSigning = _driver.SkipsPayloadSigning,
            RequestPayer = _driver.Payer,
        };
        var crc = Crc32C.Compute(data.Span);
        if (_driver.Options.Checksum == S3Checksum.Crc32C)
            (request.ChecksumAlgorithm, request.ChecksumCRC32C) = (ChecksumAlgorithm.CRC32C, Crc32C.ToBase64(crc));
        AddMetadata(request.Metadata, named: _request.Mode.Kind != WriteModes.Replace);
        _driver.Stamp(request);
        var answeredAt = S3AnswerTime.Observe();
        var response = await AgainAfterCollisionsAsync(
            () =>
            {
                body.Position = 0;
                return _driver.Client.PutObjectAsync(request, cancellationToken);
            },
            cancellationToken).ConfigureAwait(false);
        S3Marks.CheckCrc32C(request.ChecksumCRC32C, response.ChecksumCRC32C);
        return Written(S3Marks.ETag(response.ETag), data.Length, crc, answeredAt.Value);
    }

    private async ValueTask<StoreEntry> CompleteMultipartAsync(string id, CancellationToken cancellationToken)
    {
        var (crc, length) = (0u, 0L);
        foreach (var part in _parts.Values)
            (crc, length) = (Crc32C.Combine(crc, part.Crc, part.Length), length + part.Length);
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = _driver.Keys.Bucket,
            Key = Key,
            UploadId = id,
            PartETags = [.. _parts.Values.Select(p => p.Tag)],
            IfNoneMatch = _request.Mode.Kind == WriteModes.CreateNew ? "*" : null,
            IfMatch = _request.Mode.ETag,
            RequestPayer = _driver.Payer,
        };
        if (_driver.Options.Checksum == S3Checksum.Crc32C)
            (request.ChecksumType, request.ChecksumCRC32C) = (ChecksumType.FULL_OBJECT, Crc32C.ToBase64(crc));
        var answeredAt = S3AnswerTime.Observe();
        var response = await AgainAfterCollisionsAsync(() => _driver.Client.CompleteMultipartUploadAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        S3Marks.CheckCrc32C(request.ChecksumCRC32C, response.ChecksumCRC32C);
        return Written(S3Marks.ETag(response.ETag), length, crc, answeredAt.Value);
    }

    /// <summary>Repeats a request that collided with another writer: S3 and the SDK leave that to the caller.</summary>
    private static async Task<T> AgainAfterCollisionsAsync<T>(Func<Task<T>> send, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await send().ConfigureAwait(false);
            }
            catch (AmazonS3Exception e) when (S3Errors.IsCollision(e) && tries < MostCollisions)
            {
                await Task.Delay(CollisionWait * (tries * Random.Shared.NextDouble()), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private StoreEntry Written(string etag, long length, uint crc, DateTimeOffset? answeredAt) => new()
    {
        Path = _request.Path,
        Length = length,
        ETag = etag,
        AnsweredAt = answeredAt,
        ContentType = _request.ContentType,
        Metadata = _request.Metadata,
        Checksum = _driver.Options.Checksum == S3Checksum.Crc32C ? Checksum.FromCrc32C(crc) : null,
    };

    /// <summary>A simple replacement in one request needs no id: if it is sent again, the result is the same.</summary>
    private void AddMetadata(MetadataCollection metadata, bool named)
    {
        foreach (var (name, value) in _request.Metadata)
            metadata[name] = S3Metadata.Encode(value);
        if (named)
            metadata[WriteIdName] = _writeId ??= Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    }

    private bool IsWritten(int number)
    {
        lock (_parts)
            return _parts.ContainsKey(number);
    }

    /// <summary>
    /// Returns whether the write may have taken effect despite the error: the SDK repeats requests without a response, and a write that took effect then
    /// refuses its own repetition.
    /// </summary>
    private bool IsDoubtful(Exception e, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonServiceException { StatusCode: HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict or HttpStatusCode.NotFound or 0 } => true,
        AmazonServiceException service => (int)service.StatusCode >= 500,
        _ => e is not (ArgumentException or StoreException),
    };

    private async ValueTask<StoreEntry?> OwnSuccessAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (there, writeId) = await _driver.HeadAsync(_request.Path, cancellationToken).ConfigureAwait(false);
            return writeId is not null && writeId == _writeId ? there : null;
        }
        catch (AmazonServiceException)
        {
            // The error of the write itself is more informative.
            return null;
        }
    }

    private Exception Refused(Exception e) => S3Errors.OfCondition(e, _request.Mode, _beginning is not null);

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var array) ? new(array.Array!, array.Offset, array.Count, writable: false) : new(data.ToArray(), writable: false);
}
