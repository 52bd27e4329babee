using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Cairn.Providers;
using Cairn.Streams;
using Google;
using Google.Apis.Storage.v1;
using Google.Cloud.Storage.V1;
using Listing = Google.Apis.Storage.v1.Data.Objects;
using StorageObject = Google.Apis.Storage.v1.Data.Object;

namespace Cairn.Providers.Gcs;

/// <summary>A store in a bucket of Cloud Storage. The etag of a version is its generation.</summary>
internal sealed class GcsDriver : StoreDriver
{
    internal const string Facts = "name,size,generation,updated,contentType,crc32c,metadata";
    private const string Page = "kind,items(name,size,generation,updated,contentType,crc32c),prefixes,nextPageToken";

    private readonly GcsReader _reader;
    private readonly GcsBatch _batch;

    public GcsDriver(StoreUri root, GcsOptions options, GcsClient client, TimeProvider clock)
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
            // The SDK's signer supports hosts, but no path before the bucket.
            Presign = client.CanSign && new Uri(client.Endpoint).AbsolutePath == "/",
            PresignContentType = true,
            Staged = options.Composite != GcsComposite.Never,
            DeleteBatch = GcsBatch.Most,
            DeleteIfMatch = true,
        };
    }

    public override StoreUri Place => ServicePlace.Of("gs", new(Client.Endpoint), Keys.Bucket, Root.Path);

    public override StoreCapabilities Capabilities { get; }

    internal GcsOptions Options { get; }

    internal GcsClient Client { get; }

    internal TimeProvider Clock { get; }

    internal GcsKeys Keys { get; }

    internal GcsAddresses Addresses { get; }

    /// <summary>Gets or sets whether the server has shown that it does not support moves.</summary>
    internal bool MovesByCopy { get; set; }

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        (await FindAsync(Keys.FileKey(path), Facts, cancellationToken).ConfigureAwait(false))?.ToInfo(path);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        _reader.OpenAsync(request.Path, request.Range, request.IfMatch is null ? null : GenerationOf(request.IfMatch), cancellationToken);

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new(IsComposite(request) ? new GcsCompositeUpload(this, request) : new GcsResumableUpload(this, request));

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = Keys.DirectoryKey(request.Directory);
        if (!GcsKeys.IsHeld(directory + request.NamePrefix))
            yield break;
        var size = request.Limit is { } limit ? Math.Clamp(limit, 1, 1000) : (int?)null;
        string? token = null;
        do
        {
            var page = await ListPageAsync(
                directory + request.NamePrefix, request.Recursive ? null : "/", request.StartAfter is { } after ? Keys.OfOrderKey(after) : null, size, token, Page, cancellationToken)
                    .ConfigureAwait(false);
            yield return Entries(request, page);
            token = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(token));
    }

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = new DeleteResult?[request.Targets.Count];
        var generations = new long?[results.Length];
        await Parallel.ForAsync(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = Options.Parallelism, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var target = request.Targets[i];
            if (target.IfMatch is { } etag)
                generations[i] = GenerationOf(etag);
            else if (target.Kind == EntryKind.Directory)
                (results[i], generations[i]) = await MarkerAsync(target.Path, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        int[] open = [.. Enumerable.Range(0, results.Length).Where(i => results[i] is null)];
        var deleted = open.Length == 0 ? [] : await _batch.DeleteAsync([.. open.Select(i => (Keys.Key(request.Targets[i].Path, request.Targets[i].Kind), generations[i]))], cancellationToken)
            .ConfigureAwait(false);
        for (var i = 0; i < open.Length; i++)
            results[open[i]] = new(request.Targets[open[i]].Path, deleted[i].Outcome, deleted[i].Error);
        return results!;
    }

    /// <summary>A marker is deleted in the version that was seen to be empty: an object with content belongs to another program.</summary>
    private async ValueTask<(DeleteResult? Result, long? Generation)> MarkerAsync(StorePath path, CancellationToken cancellationToken)
    {
        var key = Keys.DirectoryKey(path);
        return await FindAsync(key, "size,generation", cancellationToken).ConfigureAwait(false) switch
        {
            null => (new(path, DeleteOutcome.Missing), null),
            { Size: > 0 } => (new(path, DeleteOutcome.Failed, ObjectKeys.HasContent(key)), null),
            var marker => (null, marker.Generation),
        };
    }

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        (await new GcsRewrite(this, request).RunAsync(cancellationToken).ConfigureAwait(false)).ToInfo(request.Target);

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken) => new GcsMove(this, request).RunAsync(cancellationToken);

    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (path.IsRoot)
            return;
        try
        {
            await InsertAsync(GcsKeys.Held(Keys.DirectoryKey(path)), new(), default, 0, condition: 0, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (GoogleApiException e) when (e.HttpStatusCode == HttpStatusCode.PreconditionFailed)
        {
            // An existing object with that name is kept: it is the marker, or belongs to another program.
            return;
        }
    }

    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        // The documented way to set a new time is to rewrite the object to itself; metadata and content type are preserved.
        var info = await StatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
        return await CopyAsync(new(path, path, WriteMode.Match(info.ETag!)) { SourceIfMatch = info.ETag }, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        var client = await Client.OpenAsync(cancellationToken).ConfigureAwait(false);
        var template = UrlSigner.RequestTemplate.FromBucket(Keys.Bucket)
            .WithObjectName(Keys.FileKey(request.Path))
            .WithHttpMethod(request.Access == PresignAccess.Read ? HttpMethod.Get : HttpMethod.Put);
        if (request.ContentType is { } type)
            template = template.WithContentHeaders([new("Content-Type", [type])]);
        if (Options.UserProject is { } project)
            template = template.WithQueryParameters([new("userProject", [project])]);
        // The service uses whole seconds.
        var options = UrlSigner.Options.FromDuration(TimeSpan.FromSeconds(Math.Ceiling(request.Lifetime.TotalSeconds))).WithSigningVersion(SigningVersion.V4);
        return new(await client.CreateUrlSigner().SignAsync(template, options, cancellationToken).ConfigureAwait(false));
    }

    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) => new GcsStagedParts(this).ListAsync(cancellationToken);

    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => new GcsStagedParts(this).RemoveAsync(staged.Id, cancellationToken);

    public override StoreFault Classify(Exception exception) => GcsErrors.Classify(exception);

    /// <summary>Returns the SDK's client with the credentials, connections and endpoint of the store; the first call loads the credentials.</summary>
    public override object? GetService(Type serviceType) =>
        serviceType == typeof(StorageClient) ? Synchronously.Wait(Client.OpenAsync(CancellationToken.None)) : base.GetService(serviceType);

    public override ValueTask DisposeAsync()
    {
        Client.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Returns the generation of an etag of this store.</summary>
    /// <exception cref="StoreException">PreconditionFailed: the etag is not a generation, so no version has it.</exception>
    internal static long GenerationOf(string etag) => long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && etag[0] != '0'
        ? generation
        : throw new StoreException(StoreErrorCode.PreconditionFailed, "no version of the file has this etag");

    /// <summary>Returns the value of <c>ifGenerationMatch</c> for a mode, or null if there is none.</summary>
    internal static long? ConditionOf(WriteMode mode) => mode.Kind switch
    {
        WriteModes.CreateNew => 0,
        WriteModes.Match => GenerationOf(mode.ETag!),
        _ => null,
    };

    /// <summary>Returns the error that a refused condition of a write means.</summary>
    internal static Exception Refused(WriteMode mode, GoogleApiException e) => (mode.Kind, e.HttpStatusCode) switch
    {
        (WriteModes.CreateNew, HttpStatusCode.PreconditionFailed) => GcsErrors.Of(StoreErrorCode.AlreadyExists, "it already exists", e),
        (WriteModes.Match, HttpStatusCode.PreconditionFailed) => GcsErrors.Of(StoreErrorCode.PreconditionFailed, "it has changed", e),
        _ => e,
    };

    /// <summary>Returns the resource of an object, or null if it does not exist.</summary>
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

    /// <summary>Returns the resource of an object.</summary>
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

    /// <summary>
    /// Writes a whole object with one request; the service verifies its checksum. The SDK's upload needs two requests, and buffers the content again.
    /// </summary>
    /// <param name="key">The name of the object.</param>
    /// <param name="resource">Content type and metadata; the checksum and the storage class are added.</param>
    /// <param name="data">The content.</param>
    /// <param name="crc">The CRC-32C of the content.</param>
    /// <param name="condition">The required generation of the object, or null for no condition.</param>
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
    /// <returns>false if it did not exist.</returns>
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
        // Parts in the colder storage classes incur a fee when they are deleted early.
        _ => Options.Parallelism > 1 && request.Length >= 4L * Options.PartSize && Options.StorageClass is null or "STANDARD",
    };

    private List<StoreEntry> Entries(ListRequest request, Listing listing)
    {
        var page = new List<StoreEntry>((listing.Items?.Count ?? 0) + (listing.Prefixes?.Count ?? 0));
        foreach (var item in listing.Items ?? [])
        {
            if (Keys.Listed(item.Name!, (long)(item.Size ?? 0), request) is not { } found)
                continue;
            page.Add(found.Kind == EntryKind.Directory ? new() { Path = found.Path, Kind = EntryKind.Directory, Modified = item.UpdatedDateTimeOffset } : item.ToInfo(found.Path));
        }
        foreach (var prefix in listing.Prefixes ?? [])
        {
            if (Keys.ListedDirectory(prefix, request) is { } path)
                page.Add(new() { Path = path, Kind = EntryKind.Directory });
        }
        // Objects and prefixes are returned as two ordered lists.
        if (listing is { Items.Count: > 0, Prefixes.Count: > 0 })
            page.Sort(static (a, b) => Utf8Order.Compare(a.OrderKey, b.OrderKey));
        // The offset is inclusive, and an offset inside a directory makes the service return that directory again.
        if (request.StartAfter is { } after)
            page.RemoveAll(e => Utf8Order.Compare(e.OrderKey, after) <= 0);
        return page;
    }
}
