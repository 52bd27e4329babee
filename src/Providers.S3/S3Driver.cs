using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Cairn.Providers;

namespace Cairn.Providers.S3;

/// <summary>A store in an S3 bucket.</summary>
internal sealed class S3Driver : StoreDriver
{
    private const long LargestSingleCopy = 5L << 30;

    public S3Driver(ArtifactUri root, S3Options options, AmazonS3Client client)
        : base(root)
    {
        (Options, Client, Keys) = (options, client, new(root));
        Payer = options.RequesterPays ? RequestPayer.Requester : null;
        SkipsPayloadSigning = !client.Config.UseHttp && client.Config.ServiceURL?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) != true;
    }

    public override StoreCapabilities Capabilities { get; } = new()
    {
        Directories = DirectoryKind.Virtual,
        Copy = true,
        Move = MoveKind.CopyDelete,
        Touch = true,
        ContentType = true,
        Metadata = true,
        Presign = true,
        Staged = true,
        DeleteBatch = 1000,
    };

    internal S3Options Options { get; }

    internal AmazonS3Client Client { get; }

    internal S3Keys Keys { get; }

    internal RequestPayer? Payer { get; }

    /// <summary>Over TLS the payload need not be hashed for the signature: the checksum guards it. Over plain http the protocol asks for it.</summary>
    internal bool SkipsPayloadSigning { get; }

    public override async ValueTask<ArtifactInfo?> StatAsync(ArtifactPath path, CancellationToken cancellationToken) =>
        (await HeadAsync(path, cancellationToken).ConfigureAwait(false)).Info;

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var range = request.Range;
        try
        {
            var response = await Client.GetObjectAsync(new GetObjectRequest
            {
                BucketName = Keys.Bucket,
                Key = Keys.FileKey(request.Path),
                ByteRange = range.IsAll ? null : new(range.ToString()),
                EtagToMatch = request.IfMatch,
                RequestPayer = Payer,
            }, cancellationToken).ConfigureAwait(false);
            var total = response.ContentRange is { Length: > 0 } text && long.TryParse(text.AsSpan(text.LastIndexOf('/') + 1), CultureInfo.InvariantCulture, out var all) ? all : response.ContentLength;
            var info = InfoOf(request.Path, total, response.ETag, response.LastModified, response.Headers.ContentType, response.Metadata, null);
            return new(info, new S3Body(response, range.LengthIn(total)));
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && range.Offset == 0)
        {
            // An empty object has no byte 0, and S3 says so; here it reads as empty.
            var info = await StatAsync(request.Path, cancellationToken).ConfigureAwait(false);
            if (info is not { Length: 0 } || (request.IfMatch is { } etag && info.ETag != etag))
                throw;
            return new(info, new MemoryStream([], writable: false));
        }
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => new(new S3Upload(this, request));

    public override async IAsyncEnumerable<IReadOnlyList<ArtifactInfo>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = Keys.DirectoryKey(request.Directory);
        string? token = null;
        do
        {
            var response = await Client.ListObjectsV2Async(new()
            {
                BucketName = Keys.Bucket,
                Prefix = directory + request.NamePrefix,
                Delimiter = request.Recursive ? null : "/",
                StartAfter = token is null && request.StartAfter is { } after ? Keys.OfOrderKey(after) : null,
                ContinuationToken = token,
                MaxKeys = request.Limit is { } limit ? Math.Clamp(limit, 1, 1000) : 1000,
                RequestPayer = Payer,
            }, cancellationToken).ConfigureAwait(false);
            yield return PageOf(request, directory, response);
            token = response.IsTruncated == true ? response.NextContinuationToken : null;
        }
        while (token is not null);
    }

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var there = request.ReportMissing ? await WhichExistAsync(request.Targets, cancellationToken).ConfigureAwait(false) : null;
        var errors = new Dictionary<string, ArtifactStoreException>(StringComparer.Ordinal);
        if (request.Targets is [var only])
            await Client.DeleteObjectAsync(new() { BucketName = Keys.Bucket, Key = Keys.Key(only.Path, only.Kind), RequestPayer = Payer }, cancellationToken).ConfigureAwait(false);
        else
        {
            try
            {
                var response = await Client.DeleteObjectsAsync(new()
                {
                    BucketName = Keys.Bucket,
                    Objects = [.. request.Targets.Select(t => new KeyVersion { Key = Keys.Key(t.Path, t.Kind) })],
                    Quiet = true,
                    RequestPayer = Payer,
                }, cancellationToken).ConfigureAwait(false);
                Note(response);
            }
            catch (DeleteObjectsException e)
            {
                Note(e.Response);
            }
        }
        return [.. request.Targets.Select((t, i) => errors.TryGetValue(Keys.Key(t.Path, t.Kind), out var error)
            ? new DeleteResult(t.Path, DeleteOutcome.Failed, error)
            : new DeleteResult(t.Path, there is null || there[i] ? DeleteOutcome.Deleted : DeleteOutcome.Missing))];

        void Note(DeleteObjectsResponse response)
        {
            foreach (var error in response.DeleteErrors ?? [])
                errors[error.Key] = new(S3Errors.Classify(new AmazonS3Exception(error.Message) { ErrorCode = error.Code, StatusCode = error.Code == "AccessDenied" ? HttpStatusCode.Forbidden : 0 }));
        }
    }

    public override async ValueTask<ArtifactInfo> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        var (source, _) = await HeadAsync(request.Source, cancellationToken).ConfigureAwait(false);
        if (source is null)
            throw new ArtifactStoreException(StoreErrorCode.NotFound, "the source does not exist");
        if (request.SourceIfMatch is { } etag && source.ETag != etag)
            throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
        if (request.Mode.Kind != WriteModes.Replace || source.Length > LargestSingleCopy)
            return await new S3LargeCopy(this, request, source).RunAsync(cancellationToken).ConfigureAwait(false);
        return await CopyOnceAsync(request.Source, request.Target, source, S3MetadataDirective.COPY, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask MakeDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        for (var at = path; !at.IsRoot; at = at.Parent)
        {
            using var body = new MemoryStream([], writable: false);
            var request = new PutObjectRequest { BucketName = Keys.Bucket, Key = Keys.DirectoryKey(at), InputStream = body, UseChunkEncoding = false, RequestPayer = Payer };
            Stamp(request);
            await Client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask<ArtifactInfo> TouchAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var info = await StatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new ArtifactStoreException(StoreErrorCode.NotFound, "it does not exist");
        if (info.Length > LargestSingleCopy)
            return await new S3LargeCopy(this, new(path, path, WriteMode.Match(info.ETag!)), info).RunAsync(cancellationToken).ConfigureAwait(false);
        return await CopyOnceAsync(path, path, info, S3MetadataDirective.REPLACE, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        var url = await Client.GetPreSignedURLAsync(new()
        {
            BucketName = Keys.Bucket,
            Key = Keys.FileKey(request.Path),
            Verb = request.Access == PresignAccess.Read ? HttpVerb.GET : HttpVerb.PUT,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime + request.Lifetime,
            Protocol = SkipsPayloadSigning ? Protocol.HTTPS : Protocol.HTTP,
            RequestPayer = Payer,
        }).ConfigureAwait(false);
        return new(url);
    }

    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? key = null, id = null;
        do
        {
            var response = await Client.ListMultipartUploadsAsync(
                new ListMultipartUploadsRequest { BucketName = Keys.Bucket, Prefix = Keys.DirectoryKey(ArtifactPath.Root), KeyMarker = key, UploadIdMarker = id, RequestPayer = Payer }, cancellationToken).ConfigureAwait(false);
            foreach (var upload in response.MultipartUploads ?? [])
                yield return new($"{upload.UploadId} {upload.Key}", Keys.FromKey(upload.Key)?.Path, upload.Initiated is { } at ? new(at.ToUniversalTime()) : DateTimeOffset.UnixEpoch, null);
            (key, id) = response.IsTruncated == true ? (response.NextKeyMarker, response.NextUploadIdMarker) : (null, null);
        }
        while (key is not null);
    }

    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        if (staged.Id.Split(' ', 2) is not [var id, var key] || !key.StartsWith(Keys.DirectoryKey(ArtifactPath.Root), StringComparison.Ordinal))
            throw new ArgumentException($"'{staged.Id}' is not a staged upload of this store.", nameof(staged));
        try
        {
            await Client.AbortMultipartUploadAsync(new() { BucketName = Keys.Bucket, Key = key, UploadId = id, RequestPayer = Payer }, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (e.ErrorCode == "NoSuchUpload" || S3Errors.IsMissing(e))
        {
            return;
        }
    }

    public override StoreFault Classify(Exception exception) => S3Errors.Classify(exception);

    public override object? GetService(Type serviceType) => serviceType?.IsInstanceOfType(Client) == true ? Client : base.GetService(serviceType!);

    public override ValueTask DisposeAsync()
    {
        Client.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>The file at a path and the name of the conditional write that made it; nulls when there is none.</summary>
    internal async ValueTask<(ArtifactInfo? Info, string? WriteId)> HeadAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        try
        {
            var head = await Client.GetObjectMetadataAsync(
                new() { BucketName = Keys.Bucket, Key = Keys.FileKey(path), ChecksumMode = ChecksumMode.ENABLED, RequestPayer = Payer }, cancellationToken).ConfigureAwait(false);
            return (InfoOf(path, head.ContentLength, head.ETag, head.LastModified, head.Headers.ContentType, head.Metadata, ChecksumOf(head)), head.Metadata["x-amz-meta-" + S3Upload.WriteIdName]);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
        {
            return (null, null);
        }
    }

    internal void Stamp(PutObjectRequest request)
    {
        request.StorageClass = Options.StorageClass is { } storage ? new(storage) : null;
        request.ServerSideEncryptionMethod = Options.Encryption is { } method ? new(method) : null;
        request.ServerSideEncryptionKeyManagementServiceKeyId = Options.KmsKey;
    }

    internal void Stamp(InitiateMultipartUploadRequest request)
    {
        request.StorageClass = Options.StorageClass is { } storage ? new(storage) : null;
        request.ServerSideEncryptionMethod = Options.Encryption is { } method ? new(method) : null;
        request.ServerSideEncryptionKeyManagementServiceKeyId = Options.KmsKey;
    }

    /// <summary>Header values are ASCII: what is not, and the escape itself, goes as percent-encoded UTF-8 with a mark in front.</summary>
    internal static string EncodeMetadata(string value) =>
        value.All(c => c is >= ' ' and <= '~') && !value.StartsWith("utf8''", StringComparison.Ordinal) && value.Trim() == value ? value : "utf8''" + Uri.EscapeDataString(value);

    private static string DecodeMetadata(string value) => value.StartsWith("utf8''", StringComparison.Ordinal) ? Uri.UnescapeDataString(value[6..]) : value;

    private async ValueTask<ArtifactInfo> CopyOnceAsync(ArtifactPath from, ArtifactPath to, ArtifactInfo source, S3MetadataDirective directive, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = Keys.Bucket,
            SourceKey = Keys.FileKey(from),
            DestinationBucket = Keys.Bucket,
            DestinationKey = Keys.FileKey(to),
            ETagToMatch = source.ETag,
            MetadataDirective = directive,
            StorageClass = Options.StorageClass is { } storage ? new(storage) : null,
            ServerSideEncryptionMethod = Options.Encryption is { } method ? new(method) : null,
            ServerSideEncryptionKeyManagementServiceKeyId = Options.KmsKey,
            RequestPayer = Payer,
        };
        if (directive == S3MetadataDirective.REPLACE)
        {
            request.ContentType = source.ContentType;
            foreach (var (name, value) in source.Metadata)
                request.Metadata[name] = EncodeMetadata(value);
        }
        var response = await Client.CopyObjectAsync(request, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Path = to,
            Length = source.Length,
            ETag = response.ETag,
            Modified = DateTimeOffset.TryParse(response.LastModified, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var modified) ? modified : null,
            ContentType = source.ContentType,
            Metadata = source.Metadata,
            Checksum = source.Checksum,
        };
    }

    private List<ArtifactInfo> PageOf(ListRequest request, string directory, ListObjectsV2Response response)
    {
        var page = new List<ArtifactInfo>((response.S3Objects?.Count ?? 0) + (response.CommonPrefixes?.Count ?? 0));
        foreach (var item in response.S3Objects ?? [])
        {
            if (item.Key == directory || Keys.FromKey(item.Key) is not { } found)
                continue;
            page.Add(found.Kind == EntryKind.Directory
                ? new() { Path = found.Path, Kind = EntryKind.Directory, Modified = Time(item.LastModified) }
                : new() { Path = found.Path, Length = item.Size ?? 0, ETag = item.ETag, Modified = Time(item.LastModified) });
        }
        foreach (var prefix in response.CommonPrefixes ?? [])
        {
            if (Keys.FromKey(prefix) is { } found)
                page.Add(new() { Path = found.Path, Kind = EntryKind.Directory });
        }
        // Objects and common prefixes come as two ordered lists.
        if (response.CommonPrefixes is { Count: > 0 } && response.S3Objects is { Count: > 0 })
            page.Sort(static (a, b) => Utf8Order.Compare(a.OrderKey, b.OrderKey));
        // A start inside a directory makes the service name that directory again.
        if (request.StartAfter is { } after)
            page.RemoveAll(e => Utf8Order.Compare(e.OrderKey, after) <= 0);
        return page;
    }

    private async ValueTask<bool[]> WhichExistAsync(IReadOnlyList<DeleteTarget> targets, CancellationToken cancellationToken)
    {
        var there = new bool[targets.Count];
        await Parallel.ForAsync(0, targets.Count, new ParallelOptions { MaxDegreeOfParallelism = Options.Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
        {
            try
            {
                await Client.GetObjectMetadataAsync(new() { BucketName = Keys.Bucket, Key = Keys.Key(targets[i].Path, targets[i].Kind), RequestPayer = Payer }, token).ConfigureAwait(false);
                there[i] = true;
            }
            catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
            {
                there[i] = false;
            }
        }).ConfigureAwait(false);
        return there;
    }

    private static ArtifactInfo InfoOf(ArtifactPath path, long length, string etag, DateTime? modified, string? contentType, MetadataCollection metadata, Checksum? checksum)
    {
        Dictionary<string, string>? own = null;
        foreach (var name in metadata.Keys)
        {
            var bare = name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) ? name["x-amz-meta-".Length..].ToLowerInvariant() : name;
            if (bare != S3Upload.WriteIdName)
                (own ??= new(StringComparer.Ordinal))[bare] = DecodeMetadata(metadata[name]);
        }
        var info = new ArtifactInfo
        {
            Path = path,
            Length = length,
            ETag = etag,
            Modified = Time(modified),
            ContentType = string.IsNullOrEmpty(contentType) ? null : contentType,
            Checksum = checksum,
            Metadata = own ?? (IReadOnlyDictionary<string, string>)System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty,
        };
        return info;
    }

    private static Checksum? ChecksumOf(GetObjectMetadataResponse head) => head switch
    {
        { ChecksumCRC32C: { Length: 8 } crc } => Checksum.FromBytes("crc32c", Convert.FromBase64String(crc)),
        { ChecksumCRC64NVME: { Length: 12 } crc } => Checksum.FromBytes("crc64nvme", Convert.FromBase64String(crc)),
        { ChecksumSHA256: { Length: 44 } sha } => Checksum.FromBytes(Checksum.Sha256, Convert.FromBase64String(sha)),
        { ChecksumCRC32: { Length: 8 } crc } => Checksum.FromBytes("crc32", Convert.FromBase64String(crc)),
        _ => null,
    };

    private static DateTimeOffset? Time(DateTime? value) => value is { } time ? new DateTimeOffset(time.ToUniversalTime()) : null;
}
