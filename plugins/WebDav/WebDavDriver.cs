using System.Net;
using System.Runtime.CompilerServices;
using Cairn.Plugins.Http;
using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>A store on a WebDAV server.</summary>
internal sealed class WebDavDriver : StoreDriver
{
    private readonly WebDavOptions _options;
    private readonly TimeProvider _clock;

    public WebDavDriver(ArtifactUri root, WebDavOptions options, TimeProvider clock)
        : base(root)
    {
        (_options, _clock) = (options, clock);
        Client = new(new(root), options);
        Capabilities = new()
        {
            WriteModes = options.Lock ? WriteModes.All : WriteModes.Replace,
            Directories = DirectoryKind.Real,
            Copy = true,
            Move = MoveKind.CopyDelete,
            Staged = true,
        };
    }

    public override StoreCapabilities Capabilities { get; }

    internal WebDavClient Client { get; }

    public override async ValueTask<ArtifactInfo?> StatAsync(ArtifactPath path, CancellationToken cancellationToken) =>
        WebDavKeys.IsTemp(path) ? null : await Client.StatAsync(path, cancellationToken).ConfigureAwait(false);

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) =>
        HttpReads.OpenAsync(Client.Http, request, Client.Keys.FileUrl(request.Path), cancellationToken);

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        WebDavKeys.RefuseReserved(request.Path);
        return new(new WebDavUpload(this, request));
    }

    public override IAsyncEnumerable<IReadOnlyList<ArtifactInfo>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        DirectoryListing.ListAsync(request, DirectoryKind.Real, VisibleAsync, cancellationToken);

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = new List<DeleteResult>(request.Targets.Count);
        foreach (var target in request.Targets)
        {
            try
            {
                var existed = target.Kind == EntryKind.Directory
                    ? await DeleteEmptyDirectoryAsync(target.Path, cancellationToken).ConfigureAwait(false)
                    : await DeleteFileAsync(target.Path, cancellationToken).ConfigureAwait(false);
                results.Add(new(target.Path, existed ? DeleteOutcome.Deleted : DeleteOutcome.Missing));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                results.Add(new(target.Path, DeleteOutcome.Failed, e));
            }
        }
        return results;
    }

    /// <summary>Copies on the server into a temporary name, and renames that where nothing is. Servers delete a target before they replace it, so an existing one is rewritten instead.</summary>
    public override async ValueTask<ArtifactInfo> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        WebDavKeys.RefuseReserved(request.Target);
        var source = await Client.StatAsync(request.Source, cancellationToken).ConfigureAwait(false);
        if (source is not { IsFile: true })
            throw new ArtifactStoreException(StoreErrorCode.NotFound, source is null ? "it does not exist" : "it is a directory");
        if (request.SourceIfMatch is { } etag && etag != source.ETag)
            throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
        await PrepareParentAsync(request.Target, cancellationToken).ConfigureAwait(false);
        var held = await LockForWriteAsync(request.Target, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            await CheckAsync(request.Target, request.Mode, cancellationToken).ConfigureAwait(false);
            if (!await CopyToFreeAsync(request, held, cancellationToken).ConfigureAwait(false))
            {
                var read = await OpenReadAsync(new(request.Source) { IfMatch = source.ETag }, cancellationToken).ConfigureAwait(false);
                await using (read.ConfigureAwait(false))
                {
                    using var content = new StreamContent(read.Content);
                    content.Headers.ContentLength = read.Info.Length;
                    if (await Client.PutAsync(Client.Keys.FileUrl(request.Target), content, held, cancellationToken).ConfigureAwait(false) != PutOutcome.Written)
                        throw new ArtifactStoreException(StoreErrorCode.Unavailable, "another program holds a lock on the target");
                }
            }
            return await Client.StatAsync(request.Target, cancellationToken).ConfigureAwait(false)
                ?? throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the server copied the file and does not show it");
        }
    }

    public override async ValueTask MakeDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        WebDavKeys.RefuseReserved(path);
        await EnsureDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
    }

    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pending = new Stack<ArtifactPath>([ArtifactPath.Root]);
        while (pending.TryPop(out var directory))
        {
            foreach (var entry in await Client.ListAsync(directory, cancellationToken).ConfigureAwait(false))
            {
                if (entry.IsDirectory)
                    pending.Push(entry.Path);
                else if (WebDavKeys.IsTemp(entry.Path))
                    yield return new(entry.Path.Value, null, entry.Modified ?? _clock.GetUtcNow(), entry.Length);
            }
        }
    }

    public override async ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        ArtifactPath path = staged.Id;
        if (!WebDavKeys.IsTemp(path))
            throw new ArgumentException($"'{staged.Id}' is not a staged upload.", nameof(staged));
        await Client.DeleteAsync(Client.Keys.FileUrl(path), null, cancellationToken).ConfigureAwait(false);
    }

    public override StoreFault Classify(Exception exception) => HttpErrors.Classify(exception);

    public override ValueTask DisposeAsync()
    {
        Client.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Takes the lock on the directory of a file that is to be written, making the directory where it is missing.</summary>
    internal async ValueTask<WebDavLock> LockForWriteAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var url = Client.Keys.DirectoryUrl(path.Parent);
        if (!_options.Lock)
        {
            await PrepareParentAsync(path, cancellationToken).ConfigureAwait(false);
            return WebDavLock.None(Client, url, _clock);
        }
        var patience = NewPatience();
        while (true)
        {
            if (await WebDavLock.TakeAsync(Client, url, tree: false, _options.LockWait, _clock, cancellationToken).ConfigureAwait(false) is { } held)
                return held;
            await PrepareParentAsync(path, cancellationToken).ConfigureAwait(false);
            await patience.WaitAsync("others have removed its directory again and again", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes the directory of a file that is to be written.</summary>
    internal ValueTask PrepareParentAsync(ArtifactPath path, CancellationToken cancellationToken) => EnsureDirectoryAsync(path.Parent, cancellationToken);

    internal Patience NewPatience() => new(_options.LockWait, _clock);

    /// <summary>Checks a write's condition; exact while the lock is held.</summary>
    internal async ValueTask CheckAsync(ArtifactPath path, WriteMode mode, CancellationToken cancellationToken)
    {
        var there = await Client.StatAsync(path, cancellationToken).ConfigureAwait(false);
        if (there is { IsDirectory: true })
            throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there");
        if (mode.Kind == WriteModes.CreateNew && there is not null)
            throw new ArtifactStoreException(StoreErrorCode.AlreadyExists, "it already exists");
        if (mode.Kind == WriteModes.Match && there?.ETag != mode.ETag)
            throw new ArtifactStoreException(StoreErrorCode.PreconditionFailed, there is null ? "it does not exist any more" : "it has changed");
    }

    private async ValueTask<IReadOnlyList<ArtifactInfo>> VisibleAsync(ArtifactPath directory, CancellationToken cancellationToken) =>
        [.. (await Client.ListAsync(directory, cancellationToken).ConfigureAwait(false)).Where(e => !WebDavKeys.IsTemp(e.Path))];

    private async ValueTask<bool> DeleteFileAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var held = _options.Lock
            ? await WebDavLock.TakeAsync(Client, Client.Keys.DirectoryUrl(path.Parent), tree: false, _options.LockWait, _clock, cancellationToken).ConfigureAwait(false)
            : WebDavLock.None(Client, Client.Keys.DirectoryUrl(path.Parent), _clock);
        if (held is null)
            return false;
        await using (held.ConfigureAwait(false))
        {
            // DELETE of a directory takes all that is in it: what stands there is looked at under the lock.
            return await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) switch
            {
                null => false,
                { IsDirectory: true } => throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there"),
                _ => await Client.DeleteAsync(Client.Keys.FileUrl(path), held, cancellationToken).ConfigureAwait(false),
            };
        }
    }

    private async ValueTask<bool> DeleteEmptyDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        if (!_options.Lock)
            throw new ArtifactStoreException(StoreErrorCode.Unsupported, "without locks a directory cannot be removed safely: another may be writing into it");
        var patience = NewPatience();
        while (true)
        {
            if (await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) is not { IsDirectory: true })
                return false;
            var held = await WebDavLock.TakeAsync(Client, Client.Keys.DirectoryUrl(path), tree: true, _options.LockWait, _clock, cancellationToken).ConfigureAwait(false);
            if (held is null)
                continue;
            await using (held.ConfigureAwait(false))
            {
                if ((await Client.ListAsync(path, cancellationToken).ConfigureAwait(false)).Count > 0)
                    throw new ArtifactStoreException(StoreErrorCode.PathConflict, "the directory is not empty");
                try
                {
                    var existed = await Client.DeleteAsync(Client.Keys.DirectoryUrl(path), held, cancellationToken).ConfigureAwait(false);
                    held.Forget();
                    return existed;
                }
                catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.Unavailable && e.IsTransient)
                {
                    // The directory above is locked by a writer: it lets go soon.
                }
            }
            await patience.WaitAsync("other writers have held the lock on the directory above", cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> CopyToFreeAsync(CopyRequest request, WebDavLock held, CancellationToken cancellationToken)
    {
        if (await Client.StatAsync(request.Target, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        var temp = Client.Keys.FileUrl(WebDavKeys.TempBeside(request.Target));
        try
        {
            await Client.TransferAsync("COPY", Client.Keys.FileUrl(request.Source), temp, overwrite: true, held, cancellationToken).ConfigureAwait(false);
            if (await Client.TransferAsync("MOVE", temp, Client.Keys.FileUrl(request.Target), overwrite: false, held, cancellationToken).ConfigureAwait(false))
                return true;
        }
        catch
        {
            await ((Task)Client.DeleteAsync(temp, held, CancellationToken.None).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await Client.DeleteAsync(temp, held, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async ValueTask EnsureDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var patience = NewPatience();
        while (!await TryMakeAsync(path, cancellationToken).ConfigureAwait(false))
            await patience.WaitAsync("its parent directories cannot be made: others have locked or removed them", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes what is missing of a directory and its parents; false when another was in the way.</summary>
    private async ValueTask<bool> TryMakeAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        var missing = new Stack<Uri>();
        for (var at = path; ; at = at.Parent)
        {
            var there = await Client.StatAsync(at, cancellationToken).ConfigureAwait(false);
            if (there is { IsFile: true })
                throw new ArtifactStoreException(StoreErrorCode.PathConflict, $"a file stands at '{at}', where a directory is needed");
            if (there is not null)
                break;
            missing.Push(Client.Keys.DirectoryUrl(at));
            if (!at.IsRoot)
                continue;
            // The root itself is missing: its parents lie outside of what this store looks at, and are made without a look.
            for (var above = Root.Path.Parent; !above.IsRoot; above = above.Parent)
                missing.Push(HttpUrls.Of(Client.Keys.Origin, above, directory: true));
            break;
        }
        var status = HttpStatusCode.Created;
        foreach (var url in missing)
            status = await Client.MakeDirectoryAsync(url, cancellationToken).ConfigureAwait(false);
        if (status != HttpStatusCode.Forbidden)
            return status is HttpStatusCode.Created or HttpStatusCode.MethodNotAllowed;
        // Refused for good, or because the parent went in that moment: a second look tells.
        return await Client.StatAsync(path.Parent, cancellationToken).ConfigureAwait(false) is null
            ? false
            : throw new ArtifactStoreException(StoreErrorCode.PermissionDenied, "the server does not let the caller make directories");
    }
}
