using System.Net;
using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Cairn.Providers;

namespace Cairn.Providers.Azure;

/// <summary>A store in a blob container.</summary>
internal sealed partial class AzureDriver : StoreDriver
{
    private readonly TimeProvider _time;
    private readonly AzureBatch _batch;

    public AzureDriver(StoreUri root, AzureOptions options, AzureClients clients, TimeProvider time)
        : base(root)
    {
        (Options, Clients, _time) = (options, clients, time);
        Keys = new(root, clients.Container.Uri);
        Requests = new(clients.Pipeline, options, clients.Checksum);
        Signer = new(clients, Keys, time);
        _batch = new(this);
        Capabilities = new()
        {
            Directories = DirectoryKind.Virtual,
            Copy = true,
            Move = MoveKind.CopyDelete,
            Touch = true,
            ContentType = true,
            Metadata = true,
            Presign = Signer.CanSign,
            Staged = true,
            DeleteIfMatch = true,
            DeleteBatch = AzureBatch.Most,
        };
    }

    public override StoreUri Place => ServicePlace.Of("az", Clients.Service.Uri, Clients.ContainerName, Root.Path);

    public override StoreCapabilities Capabilities { get; }

    internal AzureOptions Options { get; }

    internal AzureClients Clients { get; }

    internal AzureKeys Keys { get; }

    internal AzureRequests Requests { get; }

    internal AzureSigner Signer { get; }

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        (await HeadAsync(path, cancellationToken).ConfigureAwait(false))?.Info;

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        if (AzureKeys.Problem(Keys.FileKey(request.Path)) is { } problem)
            throw new StoreException(StoreErrorCode.NotFound, $"it does not exist: {problem}");
        var message = Requests.Create(RequestMethod.Get, Keys.UrlOf(request.Path));
        if (!request.Range.IsAll)
            message.Request.Headers.Add("x-ms-range", request.Range.ToString());
        if (request.IfMatch is { } etag)
            message.Request.Headers.Add("If-Match", AzureRequests.Quoted(etag));
        try
        {
            var (response, body) = await Requests.OpenAsync(message, cancellationToken).ConfigureAwait(false);
            try
            {
                var head = new AzureHead(request.Path, response);
                if (head.IsDirectory)
                    throw new StoreException(StoreErrorCode.NotFound, "it is a directory, not a file");
                var length = request.Range.LengthIn(head.Info.Length);
                return new(head.Info, new AzureBody(body, length, length == head.Info.Length && Clients.Checksum != AzureChecksum.None ? head.Info.Checksum : null));
            }
            catch
            {
                await body.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (RequestFailedException e) when (e.Status == (int)HttpStatusCode.RequestedRangeNotSatisfiable && request.Range.Offset == 0)
        {
            // An empty blob has no byte 0, and the service reports an error; Cairn reads it as empty.
            var info = await StatAsync(request.Path, cancellationToken).ConfigureAwait(false);
            if (info is not { Length: 0 } || (request.IfMatch is { } wanted && info.ETag != wanted.Trim('"')))
                throw;
            return new(info, new MemoryStream([], writable: false));
        }
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        AzureKeys.Check(Keys.FileKey(request.Path));
        AzureRequests.CheckMode(request.Mode);
        return new(new AzureUpload(this, request));
    }

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        if (request.Targets is not [var only])
            return await _batch.DeleteAsync(request.Targets, cancellationToken).ConfigureAwait(false);
        var result = await DeleteOneAsync(only, cancellationToken).ConfigureAwait(false);
        return result.Error is { } error ? throw error : [result];
    }

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        AzureKeys.Check(Keys.FileKey(request.Target));
        AzureRequests.CheckMode(request.Mode);
        var source = await HeadAsync(request.Source, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreException(StoreErrorCode.NotFound, "the source does not exist");
        if (request.SourceIfMatch is { } etag && source.Info.ETag != etag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
        return await new AzureCopy(this, request, source).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (path.IsRoot)
            return;
        AzureKeys.Check(Keys.DirectoryKey(path));
        var message = Requests.Create(RequestMethod.Put, Keys.UrlOf(Keys.DirectoryKey(path)));
        message.Request.Headers.Add("x-ms-blob-type", "BlockBlob");
        message.Request.Headers.Add("If-None-Match", "*");
        Requests.SetBody(message, ReadOnlyMemory<byte>.Empty);
        Requests.SetEncryption(message);
        var response = await Requests.TrySendAsync(message, cancellationToken).ConfigureAwait(false);
        if (AzureRequests.IsFailure(response) && response.Status is not ((int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed))
            throw AzureRequests.Failure(response);
    }

    public override async ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        var there = await HeadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
        var message = Requests.Create(RequestMethod.Put, Keys.UrlOf(path), ("comp", "metadata"));
        message.Request.Headers.Add("Content-Length", "0");
        message.Request.Headers.Add("If-Match", AzureRequests.Quoted(there.Info.ETag!));
        foreach (var (name, value) in there.RawMetadata)
            message.Request.Headers.Add(name, value);
        Requests.SetEncryption(message);
        var after = new AzureHead(path, await Requests.SendAsync(message, cancellationToken).ConfigureAwait(false)).Info;
        return new()
        {
            Path = path,
            Length = there.Info.Length,
            ETag = after.ETag,
            Modified = after.Modified,
            ContentType = there.Info.ContentType,
            Metadata = there.Info.Metadata,
            Checksum = there.Info.Checksum,
        };
    }

    public override async ValueTask<Uri> PresignAsync(PresignRequest request, CancellationToken cancellationToken)
    {
        if (!Signer.CanSign)
            throw new StoreException(StoreErrorCode.Unsupported, "this store has neither a key nor an identity for signing");
        AzureKeys.Check(Keys.FileKey(request.Path));
        var permissions = request.Access == PresignAccess.Read ? BlobSasPermissions.Read : BlobSasPermissions.Create | BlobSasPermissions.Write;
        return await Signer.SignAsync(request.Path, permissions, request.Lifetime, cancellationToken).ConfigureAwait(false);
    }

    public override StoreFault Classify(Exception exception) => AzureErrors.Classify(exception);

    public override object? GetService(Type serviceType) =>
        serviceType == typeof(BlobContainerClient) ? Clients.Container : serviceType == typeof(BlobServiceClient) ? Clients.Service : base.GetService(serviceType);

    public override ValueTask DisposeAsync()
    {
        Signer.Dispose();
        Clients.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Returns the blob at a path, or null if there is none, also if there are only uncommitted blocks or a directory.</summary>
    internal async ValueTask<AzureHead?> HeadAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (AzureKeys.Problem(Keys.FileKey(path)) is not null)
            return null;
        return await HeadAsync(Keys.FileKey(path), path, cancellationToken).ConfigureAwait(false) is { IsDirectory: false } head ? head : null;
    }

    private async ValueTask<AzureHead?> HeadAsync(string key, StorePath path, CancellationToken cancellationToken)
    {
        var response = await Requests.TrySendAsync(Requests.Create(RequestMethod.Head, Keys.UrlOf(key)), cancellationToken).ConfigureAwait(false);
        if (!AzureRequests.IsFailure(response))
            return new(path, response);
        var failure = AzureRequests.Failure(response);
        if (AzureErrors.IsMissing(failure))
            return null;
        if (failure.Status is not ((int)HttpStatusCode.Forbidden or (int)HttpStatusCode.BadRequest))
            throw failure;
        // An error response to HEAD has no body, so its reason is requested with GET.
        var message = Requests.Create(RequestMethod.Get, Keys.UrlOf(key));
        message.Request.Headers.Add("x-ms-range", "bytes=0-0");
        var reason = await Requests.TrySendAsync(message, cancellationToken).ConfigureAwait(false);
        throw AzureRequests.IsFailure(reason) ? AzureRequests.Failure(reason) : failure;
    }

    /// <summary>Deletes one blob. A refusal of the service is part of the result.</summary>
    internal async ValueTask<DeleteResult> DeleteOneAsync(DeleteTarget target, CancellationToken cancellationToken)
    {
        if (AzureKeys.Problem(Keys.Key(target.Path, target.Kind)) is not null)
            return new(target.Path, DeleteOutcome.Missing);
        var message = Requests.Create(RequestMethod.Delete, Keys.UrlOf(Keys.Key(target.Path, target.Kind)));
        message.Request.Headers.Add("x-ms-delete-snapshots", "include");
        if (target.IfMatch is { } etag)
        {
            if (!AzureRequests.IsVersion(etag))
                return new(target.Path, DeleteOutcome.Failed, AzureRequests.NoVersion());
            message.Request.Headers.Add("If-Match", AzureRequests.Quoted(etag));
        }
        else if (target.Kind == EntryKind.Directory)
        {
            // It is deleted in the version that was seen to be empty: a blob with content belongs to another program.
            var there = await HeadAsync(Keys.DirectoryKey(target.Path), target.Path, cancellationToken).ConfigureAwait(false);
            if (there is null)
            {
                // A directory of a hierarchical account has a different name.
                there = await HeadAsync(Keys.FileKey(target.Path), target.Path, cancellationToken).ConfigureAwait(false) is { IsDirectory: true } folder ? folder : null;
                message.Request.Uri.Reset(Keys.UrlOf(target.Path));
            }
            if (there is not { Info: { ETag: { } seen } marker })
                return new(target.Path, DeleteOutcome.Missing);
            if (marker.Length > 0)
                return new(target.Path, DeleteOutcome.Failed, ObjectKeys.HasContent(Keys.DirectoryKey(target.Path)));
            message.Request.Headers.Add("If-Match", AzureRequests.Quoted(seen));
        }
        var response = await Requests.TrySendAsync(message, cancellationToken).ConfigureAwait(false);
        if (!AzureRequests.IsFailure(response))
            return new(target.Path, DeleteOutcome.Deleted);
        var failure = AzureRequests.Failure(response);
        // Not every service reports whether a refused version has changed or no longer exists.
        var isMissing = AzureErrors.IsMissing(failure)
            || (target.IfMatch is not null && failure.Status == (int)HttpStatusCode.PreconditionFailed && await HeadAsync(target.Path, cancellationToken).ConfigureAwait(false) is null);
        return isMissing ? new(target.Path, DeleteOutcome.Missing) : new(target.Path, DeleteOutcome.Failed, failure);
    }
}
