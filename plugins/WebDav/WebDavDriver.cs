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
        var held = await LockForWriteAsync(request.Target, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            await CheckAsync(request.Target, request.Mode, cancellationToken).ConfigureAwait(false);
            if (!await CopyToFreeAsync(request, held.Token, cancellationToken).ConfigureAwait(false))
            {
                var read = await OpenReadAsync(new(request.Source) { IfMatch = source.ETag }, cancellationToken).ConfigureAwait(false);
                await using (read.ConfigureAwait(false))
                {
                    using var content = new StreamContent(read.Content);
                    content.Headers.ContentLength = read.Info.Length;
                    await Client.PutAsync(Client.Keys.FileUrl(request.Target), content, held.Token, expectContinue: true, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Takes the lock on a file that is to be written, making its parents.</summary>
    internal async ValueTask<WebDavLock> LockForWriteAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        // A second round is for a parent that another removed in between.
        for (var round = 0; ; round++)
        {
            if (_options.Lock)
            {
                if (await WebDavLock.TakeAsync(Client, Client.Keys.FileUrl(path), tree: false, _options.LockWait, _clock, cancellationToken).ConfigureAwait(false) is { } held)
                    return held;
            }
            if ((await Client.StatAsync(path, cancellationToken).ConfigureAwait(false)) is { IsDirectory: true })
                throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there");
            await EnsureDirectoryAsync(path.Parent, cancellationToken).ConfigureAwait(false);
            if (!_options.Lock)
                return WebDavLock.None(Client, Client.Keys.FileUrl(path), _clock);
            if (round == 5)
                throw new ArtifactStoreException(StoreErrorCode.Unavailable, "its directory is removed again and again while it is written");
        }
    }

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
        var url = Client.Keys.FileUrl(path);
        var held = _options.Lock
            ? await WebDavLock.TakeAsync(Client, url, tree: false, _options.LockWait, _clock, cancellationToken).ConfigureAwait(false)
            : WebDavLock.None(Client, url, _clock);
        // No lock: the parent is missing, or a directory stands there.
        if (held is null)
        {
            return await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) is null
                ? false
                : throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there");
        }
        await using (held.ConfigureAwait(false))
        {
            // DELETE of a directory takes all that is in it: what stands there is looked at under the lock.
            return await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) switch
            {
                null => false,
                { IsDirectory: true } => throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a directory stands there"),
                _ => await Client.DeleteAsync(url, held.Token, cancellationToken).ConfigureAwait(false),
            };
        }
    }

    private async ValueTask<bool> DeleteEmptyDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
    {
        if (await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) is not { IsDirectory: true })
            return false;
        if (!_options.Lock)
            throw new ArtifactStoreException(StoreErrorCode.Unsupported, "without locks a directory cannot be removed safely: another may be writing into it");
        var url = Client.Keys.DirectoryUrl(path);
        var held = await WebDavLock.TakeAsync(Client, url, tree: true, _options.LockWait, _clock, cancellationToken).ConfigureAwait(false);
        if (held is null)
            return false;
        await using (held.ConfigureAwait(false))
        {
            if ((await Client.ListAsync(path, cancellationToken).ConfigureAwait(false)).Count > 0)
                throw new ArtifactStoreException(StoreErrorCode.PathConflict, "the directory is not empty");
            var existed = await Client.DeleteAsync(url, held.Token, cancellationToken).ConfigureAwait(false);
            held.Forget();
            return existed;
        }
    }

    private async ValueTask<bool> CopyToFreeAsync(CopyRequest request, string? token, CancellationToken cancellationToken)
    {
        if (await Client.StatAsync(request.Target, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        var temp = Client.Keys.FileUrl(WebDavKeys.TempBeside(request.Target));
        try
        {
            await Client.TransferAsync("COPY", Client.Keys.FileUrl(request.Source), temp, overwrite: true, null, cancellationToken).ConfigureAwait(false);
            if (await Client.TransferAsync("MOVE", temp, Client.Keys.FileUrl(request.Target), overwrite: false, token, cancellationToken).ConfigureAwait(false))
                return true;
        }
        catch
        {
            await ((Task)Client.DeleteAsync(temp, null, CancellationToken.None).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await Client.DeleteAsync(temp, null, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async ValueTask EnsureDirectoryAsync(ArtifactPath path, CancellationToken cancellationToken)
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
            if (at.IsRoot)
            {
                // The root itself is missing: its parents lie outside of what this store looks at, and are made without a look.
                for (var above = Root.Path.Parent; !above.IsRoot; above = above.Parent)
                    missing.Push(HttpUrls.Of(Client.Keys.Origin, above, directory: true));
                break;
            }
        }
        foreach (var url in missing)
        {
            if (!await Client.MakeDirectoryAsync(url, cancellationToken).ConfigureAwait(false))
                throw new ArtifactStoreException(StoreErrorCode.PathConflict, "a parent directory is missing and cannot be made");
        }
    }
}
