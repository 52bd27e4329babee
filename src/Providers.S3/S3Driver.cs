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
    /// <summary>The content type that S3 reports for an object without one.</summary>
    private const string NoContentType = "binary/octet-stream";

    private StoreCapabilities? _capabilities;

    private static readonly TimeSpan LongestSigned = TimeSpan.FromDays(7);
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(30);

    public S3Driver(StoreUri root, S3Options options, AmazonS3Client client)
        : base(root)
    {
        (Options, Client, Keys, Conditions) = (options, client, new(root), new(this));
        IsAmazons = client.Config.ServiceURL is not { Length: > 0 } url || IsOfAmazon(new Uri(url).Host);
        Payer = options.RequesterPays ? RequestPayer.Requester : null;
        SkipsPayloadSigning = !client.Config.UseHttp && client.Config.ServiceURL?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) != true;
    }

    /// <summary>The names of buckets are unique in Amazon's service, across regions.</summary>
    public override StoreUri Place => IsAmazons ? Root : ServicePlace.Of("s3", new(Client.Config.ServiceURL), Keys.Bucket, Root.Path);

    public override StoreCapabilities Capabilities => _capabilities ??= new()
    {
        WriteModes = Options.Conditions == false ? WriteModes.Replace : WriteModes.All,
        ListStartAfter = true,
        Directories = DirectoryKind.Virtual,
        Copy = true,
        Move = MoveKind.CopyDelete,
        Touch = true,
        ContentType = true,
        Metadata = true,
        Presign = true,
        PresignContentType = true,
        Staged = true,
        DeleteIfMatch = true,
        DeleteBatch = 1000,
    };

    internal S3Options Options { get; }

    internal S3Conditions Conditions { get; }

    /// <summary>Gets whether the service is Amazon's.</summary>
    internal bool IsAmazons { get; }

    internal AmazonS3Client Client { get; }

    internal S3Keys Keys { get; }

    internal RequestPayer? Payer { get; }

    /// <summary>
    /// Gets or sets whether the service has reported that it does not support conditional deletes. Versions are then checked before an unconditional delete.
    /// </summary>
    internal bool DeletesUnbound { get; set; }

    /// <summary>
    /// Gets whether the payload is excluded from the signature. Over TLS, the checksum protects it; over http, the protocol requires the hash.
    /// </summary>
    internal bool SkipsPayloadSigning { get; }

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        (await HeadAsync(path, cancellationToken).ConfigureAwait(false)).Info;

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var range = request.Range;
        if (!S3Keys.Fits(Keys.FileKey(request.Path)))
            throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
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
            CheckRange(range, response);
            var total = response.ContentRange is { Length: > 0 } text && long.TryParse(text.AsSpan(text.LastIndexOf('/') + 1), CultureInfo.InvariantCulture, out var all)
                ? all : response.ContentLength;
            var info = InfoOf(request.Path, total, S3Marks.ETag(response.ETag), response.LastModified, response.Headers.ContentType, response.Metadata,
                ChecksumOf(response.ChecksumCRC32C, response.ChecksumCRC64NVME, response.ChecksumSHA256, response.ChecksumCRC32));
            return new(info, new S3Body(response, range.LengthIn(total)));
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && range.Offset == 0)
        {
            // An empty object has no byte 0, and S3 reports an error; Cairn reads it as empty.
            var info = await StatAsync(request.Path, cancellationToken).ConfigureAwait(false);
            if (info is not { Length: 0 } || (request.IfMatch is { } etag && info.ETag != etag))
                throw;
            return new(info, new MemoryStream([], writable: false));
        }
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        S3Keys.ThrowIfTooLong(Keys.FileKey(request.Path));
        S3Errors.ThrowIfNoVersion(request.Mode);
        return new(new S3Upload(this, request));
    }

    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        new S3Listing(this, request).PagesAsync(cancellationToken);

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) =>
        new S3Deletion(this, request).RunAsync(cancellationToken);

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        S3Keys.ThrowIfTooLong(Keys.FileKey(request.Target));
        S3Errors.ThrowIfNoVersion(request.Mode);
        var (source, _) = await HeadAsync(request.Source, cancellationToken).ConfigureAwait(false);
        if (source is null)
            throw new StoreException(StoreErrorCode.NotFound, "the source does not exist");
        if (request.SourceIfMatch is { } etag && source.ETag != etag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
        if (request.Mode.Kind != WriteModes.Replace || source.Length > Options.CopyPartSize)
            return await new S3LargeCopy(this, request, source).RunAsync(cancellationToken).ConfigureAwait(false);
        return await CopyOnceAsync(request.Source, request.Target, source, S3MetadataDirective.COPY, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (path.IsRoot)
            return;
        S3Keys.ThrowIfTooLong(Keys.DirectoryKey(path));
        using var body = new MemoryStream([], writable: false);
        // An existing object with that name is kept: it is the marker, or belongs to another program.
        if (!await Conditions.AreKeptAsync(WriteModes.CreateNew, isMultipart: false, cancellationToken).ConfigureAwait(false)
            && await HeadAsync(Keys.DirectoryKey(path), null, cancellationToken).ConfigureAwait(false) is not null)
            return;
        var request = new PutObjectRequest
        {
            BucketName = Keys.Bucket,
            Key = Keys.DirectoryKey(path),
            InputStream = body,
            IfNoneMatch = "*",
            UseChunkEncoding = false,
            AutoCloseStream = false,
            RequestPayer = Payer
        };
        Stamp(request);
        try
        {
            S3Marks.ETag((await Client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false)).ETag);
            return;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.PreconditionFailed || S3Errors.IsCollision(e))
        {
            return;
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotImplemented)
        {
            // The service does not support conditions, so the preceding check must suffice.
            request.IfNoneMatch = null;
            if (await HeadAsync(request.Key, null, cancellationToken).ConfigureAwait(false) is not null)
                return;
        }
        S3Marks.ETag((await Client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false)).ETag);
    }

    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        var info = await StatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
        if (info.Length > Options.CopyPartSize)
            return await new S3LargeCopy(this, new(path, path, WriteMode.Match(info.ETag!)), info).RunAsync(cancellationToken).ConfigureAwait(false);
        return await CopyOnceAsync(path, path, info, S3MetadataDirective.REPLACE, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        if (request.Lifetime > LongestSigned)
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, "the service supports signatures of at most seven days") { Advice = "Request a shorter lifetime." });
        var url = await Client.GetPreSignedURLAsync(new()
        {
            BucketName = Keys.Bucket,
            Key = Keys.FileKey(request.Path),
            Verb = request.Access == PresignAccess.Read ? HttpVerb.GET : HttpVerb.PUT,
            ContentType = request.ContentType,
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
                new ListMultipartUploadsRequest
                {
                    BucketName = Keys.Bucket,
                    Prefix = Keys.DirectoryKey(StorePath.Root),
                    KeyMarker = key,
                    UploadIdMarker = id,
                    Encoding = EncodingType.Url,
                    RequestPayer = Payer
                }, cancellationToken).ConfigureAwait(false);
            var isEncoded = response.EncodingType == EncodingType.Url;
            foreach (var (upload, name) in (response.MultipartUploads ?? []).Select(u => (u, S3Keys.Decoded(u.Key, isEncoded))))
                yield return new($"{upload.UploadId} {name}", Keys.FromKey(name)?.Path, upload.Initiated is { } at ? new(at.ToUniversalTime()) : DateTimeOffset.UnixEpoch, null);
            (key, id) = response.IsTruncated == true ? (S3Keys.Decoded(response.NextKeyMarker, isEncoded), response.NextUploadIdMarker) : (null, null);
        }
        while (key is not null);
    }

    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        if (staged.Id.Split(' ', 2) is not [var id, var key] || !key.StartsWith(Keys.DirectoryKey(StorePath.Root), StringComparison.Ordinal))
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
        ((S3HttpClients)((AmazonS3Config)Client.Config).HttpClientFactory).Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Returns the file at a path and the id of the conditional write that created it; nulls if there is none.</summary>
    internal async ValueTask<(StoreEntry? Info, string? WriteId)> HeadAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (!S3Keys.Fits(Keys.FileKey(path)))
            return (null, null);
        if (await HeadAsync(Keys.FileKey(path), ChecksumMode.ENABLED, cancellationToken).ConfigureAwait(false) is not { } head)
            return (null, null);
        return (InfoOf(path, head.ContentLength, S3Marks.ETag(head.ETag), head.LastModified, head.Headers.ContentType, head.Metadata,
            ChecksumOf(head.ChecksumCRC32C, head.ChecksumCRC64NVME, head.ChecksumSHA256, head.ChecksumCRC32)), head.Metadata["x-amz-meta-" + S3Upload.WriteIdName]);
    }

    /// <summary>
    /// Returns the metadata of an object, or null if it does not exist. An error response to HEAD has no body, so its reason is requested with GET.
    /// </summary>
    internal async ValueTask<GetObjectMetadataResponse?> HeadAsync(string key, ChecksumMode? checksum, CancellationToken cancellationToken)
    {
        try
        {
            return await Client.GetObjectMetadataAsync(new() { BucketName = Keys.Bucket, Key = key, ChecksumMode = checksum, RequestPayer = Payer }, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonS3Exception e) when (S3Errors.IsMissing(e))
        {
            return null;
        }
        catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
        {
            using var answer = await Client.GetObjectAsync(new GetObjectRequest { BucketName = Keys.Bucket, Key = key, ByteRange = new(0, 0), RequestPayer = Payer }, cancellationToken)
                .ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Aborts a multipart upload without throwing: <see cref="ListStagedAsync"/> lists uploads that could not be aborted.</summary>
    internal async ValueTask AbortAsync(string key, string uploadId)
    {
        using var brief = new CancellationTokenSource(AbortTime);
        await ((Task)Client.AbortMultipartUploadAsync(new() { BucketName = Keys.Bucket, Key = key, UploadId = uploadId, RequestPayer = Payer }, brief.Token))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private static bool IsOfAmazon(string host) =>
        host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase);

    private async ValueTask<StoreEntry> CopyOnceAsync(StorePath from, StorePath to, StoreEntry source, S3MetadataDirective directive, CancellationToken cancellationToken)
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
                request.Metadata[name] = S3Metadata.Encode(value);
        }
        var response = await Client.CopyObjectAsync(request, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Path = to,
            Length = source.Length,
            ETag = S3Marks.ETag(response.ETag),
            Modified = DateTimeOffset.TryParse(response.LastModified, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var modified) ? modified : null,
            ContentType = source.ContentType,
            Metadata = source.Metadata,
            Checksum = source.Checksum,
        };
    }

    /// <summary>Refuses a response with bytes outside the requested range, as from a server that does not support ranges.</summary>
    private static void CheckRange(ByteRange range, GetObjectResponse response)
    {
        if (range.Offset == 0 || response.ContentRange?.StartsWith($"bytes {range.Offset.ToString(CultureInfo.InvariantCulture)}-", StringComparison.Ordinal) == true)
            return;
        response.Dispose();
        throw new StoreException(StoreErrorCode.Unavailable, "the service did not send the requested range");
    }

    private static StoreEntry InfoOf(StorePath path, long length, string etag, DateTime? modified, string? contentType, MetadataCollection metadata, Checksum? checksum)
    {
        Dictionary<string, string>? own = null;
        foreach (var name in metadata.Keys)
        {
            var bare = name.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) ? name["x-amz-meta-".Length..].ToLowerInvariant() : name;
            if (bare != S3Upload.WriteIdName)
                (own ??= new(StringComparer.Ordinal))[bare] = S3Metadata.Decode(metadata[name]);
        }
        var info = new StoreEntry
        {
            Path = path,
            Length = length,
            ETag = etag,
            Modified = Time(modified),
            ContentType = contentType is "" or NoContentType ? null : contentType,
            Checksum = checksum,
            Metadata = own ?? (IReadOnlyDictionary<string, string>)System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty,
        };
        return info;
    }

    /// <summary>Returns a checksum of the whole content. A checksum of part checksums, which ends with the number of parts, is ignored.</summary>
    private static Checksum? ChecksumOf(string? crc32c, string? crc64, string? sha256, string? crc32) => (crc32c, crc64, sha256, crc32) switch
    {
        ({ Length: 8 }, _, _, _) => Checksum.FromBytes("crc32c", Convert.FromBase64String(crc32c)),
        (_, { Length: 12 }, _, _) => Checksum.FromBytes("crc64nvme", Convert.FromBase64String(crc64)),
        (_, _, { Length: 44 }, _) => Checksum.FromBytes(Checksum.Sha256, Convert.FromBase64String(sha256)),
        (_, _, _, { Length: 8 }) => Checksum.FromBytes("crc32", Convert.FromBase64String(crc32)),
        _ => null,
    };

    internal static DateTimeOffset? Time(DateTime? value) => value is { } time ? new DateTimeOffset(time.ToUniversalTime()) : null;
}
