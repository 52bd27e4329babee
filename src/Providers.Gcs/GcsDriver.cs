using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Cairn.Providers;
using Google;
using Google.Apis.Storage.v1;
using Google.Cloud.Storage.V1;
using Listing = Google.Apis.Storage.v1.Data.Objects;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>A store in a bucket of Cloud Storage. A version's etag is its generation.</summary>
internal sealed class GcsDriver : StoreDriver
{
    internal const string Facts = "name,size,generation,updated,contentType,crc32c,metadata";
    private const string Page = "items(name,size,generation,updated,contentType,crc32c),prefixes,nextPageToken";

    private readonly GcsReader _reader;
    private readonly GcsBatch _batch;

    public GcsDriver(ArtifactUri root, GcsOptions options, GcsClient client, TimeProvider clock)
        : base(root)
    {
        (Options, Client, Clock, Keys) = (options, client, clock, new(root));
        Addresses = new(client.Endpoint, Keys.Bucket);
        _reader = new(this);
        _batch = new(this);
        Capabilities = new()
        {
            ListStartAfter = true,
            Directories = DirectoryKind.Virtual,
            Copy = true,
            Move = MoveKind.Native,
            Touch = true,
            ContentType = true,
            Metadata = true,
            // The SDK's signer knows hosts, and no path before the bucket.
            Presign = client.CanSign && new Uri(client.Endpoint).AbsolutePath == "/",
            Staged = options.Composite != GcsComposite.Never,
            DeleteBatch = GcsBatch.Most,
            DeleteIfMatch = true,
        };
    }

    public override StoreCapabilities Capabilities { get; }

    internal GcsOptions Options { get; }

    internal GcsClient Client { get; }

    internal TimeProvider Clock { get; }

    internal GcsKeys Keys { get; }

    internal GcsAddresses Addresses { get; }

    /// <summary>True once the server has shown that it has no call that moves.</summary>
    internal bool MovesByCopy { get; set; }

    public override async ValueTask<ArtifactInfo?> StatAsync(ArtifactPath path, CancellationToken cancellationToken) =>
        (await FindAsync(Keys.FileKey(path), Facts, cancellationToken).ConfigureAwait(false))?.ToInfo(path);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        _reader.OpenAsync(request.Path, request.Range, request.IfMatch is null ? null : GenerationOf(request.IfMatch), cancellationToken);

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new(IsComposite(request) ? new GcsCompositeUpload(this, request) : new GcsResumableUpload(this, request));

    public override async IAsyncEnumerable<IReadOnlyList<ArtifactInfo>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = Keys.DirectoryKey(request.Directory);
        if (!GcsKeys.IsHeld(directory + request.NamePrefix))
            yield break;
        var size = request.Limit is { } limit ? Math.Clamp(limit, 1, 1000) : (int?)null;
        string? token = null;
        do
        {
            var page = await ListPageAsync(
                directory + request.NamePrefix, request.Recursive ? null : "/", request.StartAfter is { } after ? Keys.OfOrderKey(after) : null, size, token, Page, cancellationToken).ConfigureAwait(false);
            yield return Entries(request, directory, page);
            token = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(token));
    }

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = await _batch.DeleteAsync([.. request.Targets.Select(t => (Keys.Key(t.Path, t.Kind), t.IfMatch is null ? (long?)null : GenerationOf(t.IfMatch)))], cancellationToken).ConfigureAwait(false);
        return [.. request.Targets.Select((target, i) => new DeleteResult(target.Path, results[i].Outcome, results[i].Error))];
    }

    public override async ValueTask<ArtifactInfo> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        (await new GcsRewrite(this, request).RunAsync(cancellationToken).ConfigureAwait(false)).ToInfo(request.Target);

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => new GcsMove(this, request).RunAsync(cancellationToken);

    public override async ValueTask MakeDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        if (!path.IsRoot)
            await InsertAsync(GcsKeys.Held(Keys.DirectoryKey(path)), new(), default, 0, null, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<ArtifactInfo> TouchAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        // The documented way to a new time is a rewrite onto itself; metadata and content type go along.
        var info = await StatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new ArtifactStoreException(StoreErrorCode.NotFound, "it does not exist");
        return await CopyAsync(new(path, path, WriteMode.Match(info.ETag!)) { SourceIfMatch = info.ETag }, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        var client = await Client.OpenAsync(cancellationToken).ConfigureAwait(false);
        var template = UrlSigner.RequestTemplate.FromBucket(Keys.Bucket)
            .WithObjectName(Keys.FileKey(request.Path))
            .WithHttpMethod(request.Access == PresignAccess.Read ? HttpMethod.Get : HttpMethod.Put);
        if (Options.UserProject is { } project)
            template = template.WithQueryParameters([new("userProject", [project])]);
        // The service counts whole seconds.
        var options = UrlSigner.Options.FromDuration(TimeSpan.FromSeconds(Math.Ceiling(request.Lifetime.TotalSeconds))).WithSigningVersion(SigningVersion.V4);
        return new(await client.CreateUrlSigner().SignAsync(template, options, cancellationToken).ConfigureAwait(false));
    }

    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) => new GcsStagedParts(this).ListAsync(cancellationToken);

    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => new GcsStagedParts(this).RemoveAsync(staged.Id, cancellationToken);

    public override StoreFault Classify(Exception exception) => GcsErrors.Classify(exception);

    /// <summary>Hands out the SDK's client, with the store's credentials, connections and endpoint; the first call loads the credentials.</summary>
    public override object? GetService(Type serviceType) =>
        serviceType == typeof(StorageClient) ? Client.OpenAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() : base.GetService(serviceType);

    public override ValueTask DisposeAsync()
    {
        Client.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>The generation that an etag of this store names.</summary>
    /// <exception cref="ArtifactStoreException">PreconditionFailed: it is none, so no version has it.</exception>
    internal static long GenerationOf(string etag) => long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && etag[0] != '0'
        ? generation
        : throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, "no version of it has that etag");

    /// <summary>The value of <c>ifGenerationMatch</c> for a mode; null for none.</summary>
    internal static long? ConditionOf(WriteMode mode) => mode.Kind switch
    {
        WriteModes.CreateNew => 0,
        WriteModes.Match => GenerationOf(mode.ETag!),
        _ => null,
    };

    /// <summary>What a refused condition of a write means.</summary>
    internal static Exception Refused(WriteMode mode, GoogleApiException e) => (mode.Kind, e.HttpStatusCode) switch
    {
        (WriteModes.CreateNew, HttpStatusCode.PreconditionFailed) => GcsErrors.Of(StoreErrorCode.AlreadyExists, "it already exists", e),
        (WriteModes.Match, HttpStatusCode.PreconditionFailed) => GcsErrors.Of(StoreErrorCode.PreconditionFailed, "it has changed", e),
        _ => e,
    };

    /// <summary>An object's resource, or null when there is none.</summary>
    internal async ValueTask<StorageObject?> FindAsync(string key, string? fields, CancellationToken cancellationToken)
    {
        try
        {
            return GcsKeys.IsHeld(key) ? await GetAsync(key, fields, cancellationToken).ConfigureAwait(false) : null;
        }
        catch (GoogleApiException e) when (GcsErrors.IsMissing(e))
        {
            return null;
        }
    }

    /// <summary>An object's resource.</summary>
    internal ValueTask<StorageObject> GetAsync(string key, string? fields, CancellationToken cancellationToken) =>
        Client.CallAsync(service => new ObjectsResource.GetRequest(service, Keys.Bucket, key) { Fields = fields }, cancellationToken);

    internal ValueTask<Listing> ListPageAsync(string prefix, string? delimiter, string? start, int? size, string? token, string fields, CancellationToken cancellationToken) => Client.CallAsync(
        service => new ObjectsResource.ListRequest(service, Keys.Bucket)
        {
            Prefix = prefix.Length == 0 ? null : prefix,
            Delimiter = delimiter,
            StartOffset = start,
            MaxResults = size,
            PageToken = token,
            Fields = fields,
        },
        cancellationToken);

    /// <summary>Writes a whole object in one request; the service verifies its checksum. The SDK's own upload takes two, and buffers the content once more.</summary>
    /// <param name="key">The object's name.</param>
    /// <param name="resource">Its content type and metadata; the checksum and the storage class are added.</param>
    /// <param name="data">Its content.</param>
    /// <param name="crc">The content's CRC-32C.</param>
    /// <param name="condition">The generation that the object must have; null for no condition.</param>
    /// <param name="failed">Receives each failure that is followed by another attempt.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    internal ValueTask<StorageObject> InsertAsync(
        string key, StorageObject resource, ReadOnlyMemory<byte> data, uint crc, long? condition, Action<Exception>? failed = null, CancellationToken cancellationToken = default)
    {
        (resource.Crc32c, resource.StorageClass) = (Crc32C.ToBase64(crc), Options.StorageClass);
        var url = Addresses.Upload("multipart", key, condition, Options.KmsKey, Facts);
        return Client.RunAsync(
            (service, patience) => service.ResourceAsync(
                new(HttpMethod.Post, url) { Content = GcsBodies.Related(service.SerializeObject(resource), resource.ContentType ?? GcsKeys.NoContentType, data, patience.Extend) }, patience.Token),
            cancellationToken,
            failed);
    }

    /// <summary>Deletes one object.</summary>
    /// <returns>False when there was none.</returns>
    internal async ValueTask<bool> DeleteObjectAsync(string key, long? generation, CancellationToken cancellationToken)
    {
        try
        {
            await Client.CallAsync(service => new ObjectsResource.DeleteRequest(service, Keys.Bucket, key) { IfGenerationMatch = generation }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (GoogleApiException e) when (GcsErrors.IsMissing(e))
        {
            return false;
        }
    }

    internal ValueTask<IReadOnlyList<(DeleteOutcome Outcome, Exception? Error)>> DeleteKeysAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        _batch.DeleteAsync([.. keys.Select(key => (key, (long?)null))], cancellationToken);

    private bool IsComposite(UploadRequest request) => Options.Composite switch
    {
        GcsComposite.Always => true,
        GcsComposite.Never => false,
        // Parts of the colder classes cost a fee when they are deleted early.
        _ => Options.Parallelism > 1 && request.Length >= 4L * Options.PartSize && Options.StorageClass is null or "STANDARD",
    };

    private List<ArtifactInfo> Entries(ListRequest request, string directory, Listing listing)
    {
        var page = new List<ArtifactInfo>((listing.Items?.Count ?? 0) + (listing.Prefixes?.Count ?? 0));
        foreach (var item in listing.Items ?? [])
        {
            if (item.Name == directory || Keys.FromKey(item.Name!) is not { } found)
                continue;
            page.Add(found.Kind == EntryKind.Directory ? new() { Path = found.Path, Kind = EntryKind.Directory, Modified = item.UpdatedDateTimeOffset } : item.ToInfo(found.Path));
        }
        foreach (var prefix in listing.Prefixes ?? [])
        {
            if (Keys.FromKey(prefix) is { } found)
                page.Add(new() { Path = found.Path, Kind = EntryKind.Directory });
        }
        // Objects and prefixes come as two ordered lists.
        if (listing is { Items.Count: > 0, Prefixes.Count: > 0 })
            page.Sort(static (a, b) => Utf8Order.Compare(a.OrderKey, b.OrderKey));
        // The offset is inclusive, and one inside a directory makes the service name that directory again.
        if (request.StartAfter is { } after)
            page.RemoveAll(e => Utf8Order.Compare(e.OrderKey, after) <= 0);
        return page;
    }
}
