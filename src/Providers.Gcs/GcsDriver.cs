using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Providers.Gcs;

/// <summary>A store in a bucket of Cloud Storage. A version's etag is its generation.</summary>
internal sealed class GcsDriver : StoreDriver
{
    private const string Facts = "name,size,generation,updated,contentType,crc32c,metadata";
    private const string Page = "items(name,size,generation,updated,contentType,crc32c),prefixes,nextPageToken";

    private readonly GcsReader _reader;
    private readonly GcsBatch _batch;

    public GcsDriver(ArtifactUri root, GcsOptions options, GcsClient client, TimeProvider clock)
        : base(root)
    {
        (Options, Client, Clock, Keys) = (options, client, clock, new(root));
        Addresses = new(client.Endpoint, Keys.Bucket);
        _reader = new(this);
        _batch = new(client, Addresses);
        Capabilities = new()
        {
            ListStartAfter = true,
            Directories = DirectoryKind.Virtual,
            Copy = true,
            Move = MoveKind.CopyDelete,
            Touch = true,
            ContentType = true,
            Metadata = true,
            Presign = client.Credentials.CanSign,
            Staged = options.Composite != GcsComposite.Never,
            DeleteBatch = GcsBatch.Most,
        };
    }

    public override StoreCapabilities Capabilities { get; }

    internal GcsOptions Options { get; }

    internal GcsClient Client { get; }

    internal TimeProvider Clock { get; }

    internal GcsKeys Keys { get; }

    internal GcsAddresses Addresses { get; }

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
        var size = request.Limit is { } limit ? Math.Clamp(limit, 1, 1000).ToString(CultureInfo.InvariantCulture) : null;
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
        var results = await _batch.DeleteAsync([.. request.Targets.Select(t => Keys.Key(t.Path, t.Kind))], cancellationToken).ConfigureAwait(false);
        return [.. request.Targets.Select((target, i) => new DeleteResult(target.Path, results[i].Outcome, results[i].Error))];
    }

    public override async ValueTask<ArtifactInfo> CopyAsync(CopyRequest request, CancellationToken cancellationToken) =>
        (await new GcsRewrite(this, request).RunAsync(cancellationToken).ConfigureAwait(false)).ToInfo(request.Target);

    public override async ValueTask MakeDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        if (!path.IsRoot)
            await InsertAsync(GcsKeys.Held(Keys.DirectoryKey(path)), new(), default, 0, null, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<ArtifactInfo> TouchAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        // The documented way to a new time is a rewrite onto itself; metadata and content type go along.
        var info = await StatAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new ArtifactStoreException(StoreErrorCode.NotFound, "it does not exist");
        return await CopyAsync(new(path, path, WriteMode.Match(info.ETag!)) { SourceIfMatch = info.ETag }, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken) =>
        await new GcsSignedUrl(this).MakeAsync(request, cancellationToken).ConfigureAwait(false);

    public override IAsyncEnumerable<StagedUpload> ListStagedAsync(CancellationToken cancellationToken) => new GcsStagedParts(this).ListAsync(cancellationToken);

    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken) => new GcsStagedParts(this).RemoveAsync(staged.Id, cancellationToken);

    public override StoreFault Classify(Exception exception) => GcsErrors.Classify(exception);

    public override ValueTask DisposeAsync()
    {
        Client.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>The generation that an etag of this store names.</summary>
    /// <exception cref="ArtifactStoreException">PreconditionFailed: it is none, so no version has it.</exception>
    internal static string GenerationOf(string etag) => etag.Length is > 0 and < 20 && etag.All(char.IsAsciiDigit) && etag[0] != '0'
        ? etag
        : throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, "no version of it has that etag");

    /// <summary>The value of <c>ifGenerationMatch</c> for a mode; null for none.</summary>
    internal static string? ConditionOf(WriteMode mode) => mode.Kind switch
    {
        WriteModes.CreateNew => "0",
        WriteModes.Match => GenerationOf(mode.ETag!),
        _ => null,
    };

    /// <summary>What a refused condition of a write means.</summary>
    internal static Exception Refused(WriteMode mode, GcsException e) => (mode.Kind, e.Status) switch
    {
        (WriteModes.CreateNew, HttpStatusCode.PreconditionFailed) => new ArtifactStoreException(new StoreFault(StoreErrorCode.AlreadyExists, "it already exists") { RequestId = e.RequestId }, e),
        (WriteModes.Match, HttpStatusCode.PreconditionFailed) => new ArtifactStoreException(new StoreFault(StoreErrorCode.PreconditionFailed, "it has changed") { RequestId = e.RequestId }, e),
        _ => e,
    };

    /// <summary>An object's resource, or null when there is none.</summary>
    internal async ValueTask<GcsResource?> FindAsync(string key, string? fields, CancellationToken cancellationToken)
    {
        if (!GcsKeys.IsHeld(key))
            return null;
        try
        {
            return await Client.JsonAsync(new(HttpMethod.Get, Addresses.Object(key, ("fields", fields))), GcsJson.Default.GcsResource, cancellationToken).ConfigureAwait(false);
        }
        catch (GcsException e) when (GcsErrors.IsMissing(e))
        {
            return null;
        }
    }

    internal ValueTask<GcsListing> ListPageAsync(
        string prefix, string? delimiter, string? start, string? size, string? token, string fields, CancellationToken cancellationToken) =>
        Client.JsonAsync(
            new(HttpMethod.Get, Addresses.Objects(
                ("prefix", prefix.Length == 0 ? null : prefix), ("delimiter", delimiter), ("startOffset", start), ("maxResults", size), ("pageToken", token), ("fields", fields))),
            GcsJson.Default.GcsListing,
            cancellationToken);

    /// <summary>Writes a whole object in one request; the service verifies its checksum.</summary>
    internal ValueTask<GcsResource> InsertAsync(string key, GcsResource resource, ReadOnlyMemory<byte> data, uint crc, string? condition, CancellationToken cancellationToken) =>
        Client.JsonAsync(
            new(HttpMethod.Post, Addresses.Upload(("uploadType", "multipart"), ("name", key), ("ifGenerationMatch", condition), ("kmsKeyName", Options.KmsKey), ("fields", Facts)))
            {
                Body = GcsBodies.Related(resource with { Crc = Crc32C.ToBase64(crc), StorageClass = Options.StorageClass }, data),
            },
            GcsJson.Default.GcsResource,
            cancellationToken);

    internal ValueTask<IReadOnlyList<(DeleteOutcome Outcome, Exception? Error)>> DeleteKeysAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) => _batch.DeleteAsync(keys, cancellationToken);

    private bool IsComposite(UploadRequest request) => Options.Composite switch
    {
        GcsComposite.Always => true,
        GcsComposite.Never => false,
        // Parts of the colder classes cost a fee when they are deleted early.
        _ => Options.Parallelism > 1 && request.Length >= 4L * Options.PartSize && Options.StorageClass is null or "STANDARD",
    };

    private List<ArtifactInfo> Entries(ListRequest request, string directory, GcsListing listing)
    {
        var page = new List<ArtifactInfo>((listing.Items?.Count ?? 0) + (listing.Prefixes?.Count ?? 0));
        foreach (var item in listing.Items ?? [])
        {
            if (item.Name == directory || Keys.FromKey(item.Name!) is not { } found)
                continue;
            page.Add(found.Kind == EntryKind.Directory ? new() { Path = found.Path, Kind = EntryKind.Directory, Modified = item.Updated } : item.ToInfo(found.Path));
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
