using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>A write: one PUT when it fits into one part, else a multipart upload whose completion carries the condition.</summary>
internal sealed class S3Upload : StoreUpload
{
    /// <summary>Metadata of Cairn's own that names one conditional write, so that a lost answer is recognised. Hidden from users.</summary>
    internal const string WriteIdName = "cairn-write-id";

    private const int MostParts = 10_000;
    private const int PartsPerDoubling = 1_000;
    private const int LargestPart = int.MaxValue / 2;

    private readonly S3Driver _driver;
    private readonly UploadRequest _request;
    private readonly string? _writeId;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SortedDictionary<int, (PartETag Tag, uint Crc, int Length)> _parts = [];
    private string? _uploadId;
    private bool _completed;

    public S3Upload(S3Driver driver, UploadRequest request)
    {
        (_driver, _request) = (driver, request);
        _writeId = request.Mode.Kind == WriteModes.Replace ? null : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    }

    public override int MaxParallelParts => _driver.Options.Parallelism;

    /// <summary>With a known length, what spreads it over the 10,000 parts; without, twice as much for every 1,000 parts, so that 5 TiB fit.</summary>
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
        var tag = new PartETag(part.Number + 1, response.ETag) { ChecksumCRC32C = request.ChecksumCRC32C };
        lock (_parts)
            _parts[part.Number] = (tag, crc, part.Data.Length);
    }

    public override async ValueTask<ArtifactInfo> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        ArtifactInfo info;
        try
        {
            if (_uploadId is null)
                info = await PutAsync(last.Data, cancellationToken).ConfigureAwait(false);
            else
            {
                if (!last.Data.IsEmpty)
                    await WritePartAsync(last, cancellationToken).ConfigureAwait(false);
                info = await CompleteMultipartAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (AmazonS3Exception e) when (_writeId is not null && MayBeOwnSuccess(e))
        {
            info = await OwnSuccessAsync(cancellationToken).ConfigureAwait(false) ?? throw Refused(e);
        }
        _completed = true;
        return info;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_uploadId is { } id && !_completed)
        {
            // Best effort: what cannot be aborted now, `store clean` finds.
            using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await ((Task)_driver.Client.AbortMultipartUploadAsync(new() { BucketName = _driver.Keys.Bucket, Key = Key, UploadId = id, RequestPayer = _driver.Payer }, brief.Token))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _uploadId = null;
        }
        _gate.Dispose();
    }

    private string Key => _driver.Keys.FileKey(_request.Path);

    private async ValueTask<string> BeginMultipartAsync(CancellationToken cancellationToken)
    {
        if (_uploadId is { } begun)
            return begun;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_uploadId is null)
            {
                var request = new InitiateMultipartUploadRequest { BucketName = _driver.Keys.Bucket, Key = Key, ContentType = _request.ContentType, RequestPayer = _driver.Payer };
                if (_driver.Options.Checksum == S3Checksum.Crc32C)
                    (request.ChecksumAlgorithm, request.ChecksumType) = (ChecksumAlgorithm.CRC32C, ChecksumType.FULL_OBJECT);
                AddMetadata(request.Metadata);
                _driver.Stamp(request);
                _uploadId = (await _driver.Client.InitiateMultipartUploadAsync(request, cancellationToken).ConfigureAwait(false)).UploadId;
            }
            return _uploadId;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask<ArtifactInfo> PutAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        using var body = StreamOf(data);
        var request = new PutObjectRequest
        {
            BucketName = _driver.Keys.Bucket,
            Key = Key,
            InputStream = body,
            ContentType = _request.ContentType,
            UseChunkEncoding = false,
            IfNoneMatch = _request.Mode.Kind == WriteModes.CreateNew ? "*" : null,
            IfMatch = _request.Mode.ETag,
            DisablePayloadSigning = _driver.SkipsPayloadSigning,
            RequestPayer = _driver.Payer,
        };
        var crc = Crc32C.Compute(data.Span);
        if (_driver.Options.Checksum == S3Checksum.Crc32C)
            (request.ChecksumAlgorithm, request.ChecksumCRC32C) = (ChecksumAlgorithm.CRC32C, Crc32C.ToBase64(crc));
        AddMetadata(request.Metadata);
        _driver.Stamp(request);
        var response = await _driver.Client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
        return Written(response.ETag, data.Length, crc);
    }

    private async ValueTask<ArtifactInfo> CompleteMultipartAsync(CancellationToken cancellationToken)
    {
        var (crc, length) = (0u, 0L);
        foreach (var part in _parts.Values)
            (crc, length) = (Crc32C.Combine(crc, part.Crc, part.Length), length + part.Length);
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = _driver.Keys.Bucket,
            Key = Key,
            UploadId = _uploadId,
            PartETags = [.. _parts.Values.Select(p => p.Tag)],
            IfNoneMatch = _request.Mode.Kind == WriteModes.CreateNew ? "*" : null,
            IfMatch = _request.Mode.ETag,
            RequestPayer = _driver.Payer,
        };
        if (_driver.Options.Checksum == S3Checksum.Crc32C)
            (request.ChecksumType, request.ChecksumCRC32C) = (ChecksumType.FULL_OBJECT, Crc32C.ToBase64(crc));
        var response = await _driver.Client.CompleteMultipartUploadAsync(request, cancellationToken).ConfigureAwait(false);
        return Written(response.ETag, length, crc);
    }

    private ArtifactInfo Written(string etag, long length, uint crc) => new()
    {
        Path = _request.Path,
        Length = length,
        ETag = etag,
        ContentType = _request.ContentType,
        Metadata = _request.Metadata,
        Checksum = _driver.Options.Checksum == S3Checksum.Crc32C ? new("crc32c", crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture)) : null,
    };

    private void AddMetadata(MetadataCollection metadata)
    {
        foreach (var (name, value) in _request.Metadata)
            metadata[name] = S3Driver.EncodeMetadata(value);
        if (_writeId is not null)
            metadata[WriteIdName] = _writeId;
    }

    private static bool MayBeOwnSuccess(AmazonS3Exception e) =>
        e.StatusCode is System.Net.HttpStatusCode.PreconditionFailed or System.Net.HttpStatusCode.Conflict || e.ErrorCode is "NoSuchUpload" || (int)e.StatusCode >= 500;

    private async ValueTask<ArtifactInfo?> OwnSuccessAsync(CancellationToken cancellationToken)
    {
        var (there, writeId) = await _driver.HeadAsync(_request.Path, cancellationToken).ConfigureAwait(false);
        return writeId == _writeId ? there : null;
    }

    private Exception Refused(AmazonS3Exception e) =>
        _request.Mode.Kind == WriteModes.CreateNew && e.StatusCode == System.Net.HttpStatusCode.PreconditionFailed
            ? new ArtifactStoreException(new StoreFault(StoreErrorCode.AlreadyExists, "it already exists") { RequestId = e.RequestId }, e)
            : _request.Mode.Kind == WriteModes.Match && e.StatusCode == System.Net.HttpStatusCode.NotFound
                ? new ArtifactStoreException(new StoreFault(StoreErrorCode.PreconditionFailed, "it does not exist any more") { RequestId = e.RequestId }, e)
                : e;

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetArray(data, out var array) ? new(array.Array!, array.Offset, array.Count, writable: false) : new(data.ToArray(), writable: false);
}
