using System.Net;
using Cairn.Plugins.Http;
using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>A store on a WebDAV server.</summary>
internal sealed class WebDavDriver : StoreDriver
{
    private readonly WebDavOptions _options;
    private readonly TimeProvider _clock;
    private readonly Dictionary<StorePath, int> _unseen = [];

    public WebDavDriver(StoreUri root, WebDavOptions options, TimeProvider clock)
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
        };
    }

    public override StoreCapabilities Capabilities { get; }

    internal WebDavClient Client { get; }

    public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) =>
        WebDavKeys.IsTemp(path) ? null : await Client.StatAsync(path, cancellationToken).ConfigureAwait(false);

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        await Client.ProveAsync(cancellationToken).ConfigureAwait(false);
        return await HttpReads.OpenAsync(Client.Http, request, Client.Keys.FileUrl(request.Path), cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        WebDavKeys.RefuseReserved(request.Path);
        await Client.ProveAsync(cancellationToken).ConfigureAwait(false);
        return new WebDavUpload(this, request);
    }

    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken) =>
        DirectoryListing.ListAsync(request, DirectoryKind.Real, (directory, token) => VisibleAsync(directory, request.Unlisted, token), cancellationToken);

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        await Client.ProveAsync(cancellationToken).ConfigureAwait(false);
        var results = new List<DeleteResult>(request.Targets.Count);
        var fewer = new Dictionary<StorePath, int>();
        foreach (var target in request.Targets)
        {
            try
            {
                var existed = target.Kind == EntryKind.Directory
                    ? await DeleteEmptyDirectoryAsync(target.Path, cancellationToken).ConfigureAwait(false)
                    : await DeleteFileAsync(target.Path, cancellationToken).ConfigureAwait(false);
                results.Add(new(target.Path, existed ? DeleteOutcome.Deleted : DeleteOutcome.Missing));
                if (existed)
                    fewer[target.Path.Parent] = fewer.GetValueOrDefault(target.Path.Parent) + 1;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                results.Add(new(target.Path, DeleteOutcome.Failed, e));
            }
        }
        foreach (var (directory, count) in fewer)
        {
            if (MayBeEmpty(directory, count))
                await PruneAsync(directory, cancellationToken).ConfigureAwait(false);
        }
        return results;
    }

    /// <summary>Copies on the server into a temporary name, and renames that where nothing is. Servers delete a target before they replace it, so an existing one is rewritten instead.</summary>
    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        WebDavKeys.RefuseReserved(request.Target);
        var source = await Client.StatAsync(request.Source, cancellationToken).ConfigureAwait(false);
        if (source is not { IsFile: true })
            throw new StoreException(StoreErrorCode.NotFound, source is null ? "it does not exist" : "it is a directory");
        if (request.SourceIfMatch is { } etag && etag != source.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, "the source has changed");
        try
        {
            return await CopyUnderLockAsync(request, source, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ((Task)PruneAsync(request.Target.Parent, CancellationToken.None).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        WebDavKeys.RefuseReserved(path);
        await Client.ProveAsync(cancellationToken).ConfigureAwait(false);
        await EnsureDirectoryAsync(path, isImplicit: false, cancellationToken).ConfigureAwait(false);
    }

    public override StoreFault Classify(Exception exception) => HttpErrors.Classify(exception);

    public override ValueTask DisposeAsync()
    {
        Client.Dispose();
        return base.DisposeAsync();
    }

    /// <summary>Takes the lock on the directory of a file that will be written, and creates the directory if it is missing.</summary>
    internal async ValueTask<WebDavLock> LockForWriteAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (!_options.Lock)
        {
            await PrepareParentAsync(path, cancellationToken).ConfigureAwait(false);
            return WebDavLock.None(Client, _clock);
        }
        var patience = NewPatience();
        while (true)
        {
            if (await TakeLockAsync(path.Parent, cancellationToken).ConfigureAwait(false) is { } held)
                return held;
            await PrepareParentAsync(path, cancellationToken).ConfigureAwait(false);
            await patience.WaitAsync("others have removed its directory again and again", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes an empty directory that was created by a write, and then its empty parents.</summary>
    internal async ValueTask PruneAsync(StorePath directory, CancellationToken cancellationToken)
    {
        while (_options.Lock && !directory.IsRoot)
        {
            var left = await CountAsync(directory, cancellationToken).ConfigureAwait(false);
            // To look after each of many removals would take as long as their square: half of what is left may go unseen.
            lock (_unseen)
            {
                if (left > 1)
                    _unseen[directory] = left / 2;
                else
                    _unseen.Remove(directory);
            }
            if (left > 0 || !await Client.IsImplicitAsync(directory, cancellationToken).ConfigureAwait(false)
                || !await RemoveEmptyAsync(directory, onlyImplicit: true, cancellationToken).ConfigureAwait(false))
                return;
            directory = directory.Parent;
        }
    }

    /// <summary>Creates the directory of a file that will be written.</summary>
    internal ValueTask PrepareParentAsync(StorePath path, CancellationToken cancellationToken) => EnsureDirectoryAsync(path.Parent, isImplicit: true, cancellationToken);

    internal Patience NewPatience() => new(_options.LockWait, _clock);

    /// <summary>Checks the condition of a write; exact while the lock is held.</summary>
    internal async ValueTask CheckAsync(StorePath path, WriteMode mode, CancellationToken cancellationToken)
    {
        var there = await Client.StatAsync(path, cancellationToken).ConfigureAwait(false);
        if (there is { IsDirectory: true })
            throw new StoreException(StoreErrorCode.PathConflict, "a directory exists at this path");
        if (mode.Kind == WriteModes.CreateNew && there is not null)
            throw new StoreException(StoreErrorCode.AlreadyExists, "it already exists");
        if (mode.Kind == WriteModes.Match && there?.ETag != mode.ETag)
            throw new StoreException(StoreErrorCode.PreconditionFailed, there is null ? "it does not exist any more" : "it has changed");
    }

    private async ValueTask<IReadOnlyList<StoreEntry>> VisibleAsync(StorePath directory, Action<UnlistedEntry>? unlisted, CancellationToken cancellationToken) =>
        [.. (await Client.ListAsync(directory, unlisted, cancellationToken).ConfigureAwait(false)).Where(e => !WebDavKeys.IsTemp(e.Path))];

    private async ValueTask<bool> DeleteFileAsync(StorePath path, CancellationToken cancellationToken)
    {
        var held = await TakeLockAsync(path.Parent, cancellationToken).ConfigureAwait(false);
        if (held is null)
            return false;
        await using (held.ConfigureAwait(false))
        {
            // DELETE of a directory takes all that is in it: what stands there is looked at under the lock.
            return await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) switch
            {
                null => false,
                { IsDirectory: true } => throw new StoreException(StoreErrorCode.PathConflict, "a directory exists at this path"),
                _ => await Client.DeleteAsync(Client.Keys.FileUrl(path), cancellationToken).ConfigureAwait(false),
            };
        }
    }

    private async ValueTask<bool> DeleteEmptyDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        if (!_options.Lock)
            throw new StoreException(StoreErrorCode.Unsupported, "without locks a directory cannot be removed safely: another may be writing into it");
        return await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) switch
        {
            null => false,
            { IsDirectory: true } => await RemoveEmptyAsync(path, onlyImplicit: false, cancellationToken).ConfigureAwait(false),
            _ => throw new StoreException(StoreErrorCode.PathConflict, "a file exists at this path"),
        };
    }

    /// <summary>Removes a directory with nothing in it, under the lock that stands in it and goes with it.</summary>
    /// <returns>False when it is gone, or does not carry the mark that was asked for.</returns>
    private async ValueTask<bool> RemoveEmptyAsync(StorePath path, bool onlyImplicit, CancellationToken cancellationToken)
    {
        var held = await TakeLockAsync(path, cancellationToken).ConfigureAwait(false);
        if (held is null)
            return false;
        await using (held.ConfigureAwait(false))
        {
            if (await CountAsync(path, cancellationToken).ConfigureAwait(false) > 0)
                return onlyImplicit ? false : throw new StoreException(StoreErrorCode.PathConflict, "the directory is not empty");
            if (onlyImplicit && !await Client.IsImplicitAsync(path, cancellationToken).ConfigureAwait(false))
                return false;
            // Aside first: DELETE looks for what is below while it deletes, and would take what a writer puts there once the lock is gone.
            var aside = Client.Keys.DirectoryUrl(WebDavKeys.TempBeside(path));
            await Client.TransferAsync("MOVE", Client.Keys.DirectoryUrl(path), aside, overwrite: false, cancellationToken).ConfigureAwait(false);
            held.Forget();
            await Client.DeleteAsync(aside, cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    private bool MayBeEmpty(StorePath directory, int removed)
    {
        lock (_unseen)
        {
            var left = _unseen.GetValueOrDefault(directory) - removed;
            if (left >= 0)
                _unseen[directory] = left;
            return left < 0;
        }
    }

    /// <summary>How many entries are in a directory beside its lock: writes in progress and names that no path can hold included, since a DELETE would take them too.</summary>
    private async ValueTask<int> CountAsync(StorePath directory, CancellationToken cancellationToken)
    {
        var unnamed = 0;
        var entries = await Client.ListAsync(directory, _ => unnamed++, cancellationToken).ConfigureAwait(false);
        return unnamed + entries.Count(e => e.Path != WebDavKeys.LockOf(directory));
    }

    private async ValueTask<WebDavLock?> TakeLockAsync(StorePath directory, CancellationToken cancellationToken) => _options.Lock
        ? await WebDavLock.TakeAsync(Client, directory, NewPatience(), _clock, cancellationToken).ConfigureAwait(false)
        : WebDavLock.None(Client, _clock);

    private async ValueTask<StoreEntry> CopyUnderLockAsync(CopyRequest request, StoreEntry source, CancellationToken cancellationToken)
    {
        var held = await LockForWriteAsync(request.Target, cancellationToken).ConfigureAwait(false);
        await using (held.ConfigureAwait(false))
        {
            await CheckAsync(request.Target, request.Mode, cancellationToken).ConfigureAwait(false);
            if (!await CopyToFreeAsync(request, cancellationToken).ConfigureAwait(false))
            {
                using var content = new ReadBody(source.Length, token => OpenReadAsync(new(request.Source) { IfMatch = source.ETag }, token));
                if (await Client.PutAsync(Client.Keys.FileUrl(request.Target), content, cancellationToken).ConfigureAwait(false) != PutOutcome.Written)
                    throw new StoreException(StoreErrorCode.Unavailable, "another program holds a lock on the target");
            }
            return await Client.StatAsync(request.Target, cancellationToken).ConfigureAwait(false)
                ?? throw new StoreException(StoreErrorCode.Unavailable, "the server copied the file and does not show it");
        }
    }

    private async ValueTask<bool> CopyToFreeAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        if (await Client.StatAsync(request.Target, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        var temp = Client.Keys.FileUrl(WebDavKeys.TempBeside(request.Target));
        try
        {
            await Client.TransferAsync("COPY", Client.Keys.FileUrl(request.Source), temp, overwrite: true, cancellationToken).ConfigureAwait(false);
            if (await Client.TransferAsync("MOVE", temp, Client.Keys.FileUrl(request.Target), overwrite: false, cancellationToken).ConfigureAwait(false))
                return true;
        }
        catch
        {
            await ((Task)Client.DeleteAsync(temp, CancellationToken.None).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await Client.DeleteAsync(temp, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async ValueTask EnsureDirectoryAsync(StorePath path, bool isImplicit, CancellationToken cancellationToken)
    {
        var patience = NewPatience();
        while (!await TryMakeAsync(path, isImplicit, cancellationToken).ConfigureAwait(false))
            await patience.WaitAsync("its parent directories cannot be created: others have locked or removed them", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates a directory and its missing parents, each under the lock of its parent, so that no other client removes the parent as empty in the
    /// meantime. Returns false if another client interfered.</summary>
    private async ValueTask<bool> TryMakeAsync(StorePath path, bool isImplicit, CancellationToken cancellationToken)
    {
        var there = await Client.StatAsync(path, cancellationToken).ConfigureAwait(false);
        if (there is { IsFile: true })
            throw new StoreException(StoreErrorCode.PathConflict, $"a file exists at '{path}', where a directory is needed");
        if (path.IsRoot)
        {
            if (there is null)
                await MakeRootAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        if (there is not null && (isImplicit || !await Client.IsImplicitAsync(path, cancellationToken).ConfigureAwait(false)))
            return true;
        await EnsureDirectoryAsync(path.Parent, isImplicit: true, cancellationToken).ConfigureAwait(false);
        var held = await TakeLockAsync(path.Parent, cancellationToken).ConfigureAwait(false);
        if (held is null)
            return false;
        await using (held.ConfigureAwait(false))
        {
            var url = Client.Keys.DirectoryUrl(path);
            var status = await Client.MakeDirectoryAsync(url, cancellationToken).ConfigureAwait(false);
            if (status == HttpStatusCode.Created)
            {
                lock (_unseen)
                    _unseen.Remove(path);
                if (isImplicit)
                    await Client.MarkAsync(url, isImplicit: true, cancellationToken).ConfigureAwait(false);
            }
            if (status == HttpStatusCode.MethodNotAllowed && !isImplicit)
                return await UnmarkAsync(path, cancellationToken).ConfigureAwait(false);
            if (status != HttpStatusCode.Forbidden)
                return status is HttpStatusCode.Created or HttpStatusCode.MethodNotAllowed;
            if (await Client.StatAsync(path, cancellationToken).ConfigureAwait(false) is { IsDirectory: true })
                return true;
        }
        throw new StoreException(StoreErrorCode.PermissionDenied, "the server does not let the caller make directories");
    }

    /// <summary>Makes a directory one that was made by itself: under its own lock, which who removes it as empty holds.</summary>
    private async ValueTask<bool> UnmarkAsync(StorePath path, CancellationToken cancellationToken)
    {
        var held = await TakeLockAsync(path, cancellationToken).ConfigureAwait(false);
        if (held is null)
            return false;
        await using (held.ConfigureAwait(false))
            await Client.MarkAsync(Client.Keys.DirectoryUrl(path), isImplicit: false, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>The root itself is missing: its parents lie outside of what this store looks at, and are made without a look.</summary>
    private async ValueTask MakeRootAsync(CancellationToken cancellationToken)
    {
        var missing = new Stack<Uri>();
        for (var at = Root.Path; !at.IsRoot; at = at.Parent)
            missing.Push(HttpUrls.Of(Client.Keys.Origin, at, directory: true));
        foreach (var url in missing)
            await Client.MakeDirectoryAsync(url, cancellationToken).ConfigureAwait(false);
        if (await Client.StatAsync(StorePath.Root, cancellationToken).ConfigureAwait(false) is not { IsDirectory: true })
            throw new StoreException(StoreErrorCode.PermissionDenied, "the server does not let the caller make the store's root");
    }
}
