using System.Runtime.CompilerServices;

namespace Cairn.Providers.Memory;

/// <summary>A store on a <see cref="MemorySpace"/> or a part of it.</summary>
internal sealed class MemoryDriver(StoreUri root, MemorySpace space, MemoryOptions options, TimeProvider time) : StoreDriver(root)
{
    private const int PageSize = 1000;

    private readonly MemoryKeys _keys = new(root.Path);

    public override StoreCapabilities Capabilities { get; } = new()
    {
        WriteModes = WriteModes.All,
        Directories = DirectoryKind.Virtual,
        Copy = true,
        Move = MoveKind.Native,
        Touch = true,
        ContentType = true,
        Metadata = true,
        Staged = true,
        DeleteIfMatch = true,
        DeleteBatch = 1000,
    };

    /// <summary>Providers share nothing: a name has a different place in each.</summary>
    public override StoreUri Place { get; } = StoreUri.Create("mem", $"{root.Container}#{space.Number}", root.Path);

    internal MemorySpace Space => space;

    internal long? MaxSize => options.MaxSize;

    internal DateTimeOffset Now => time.GetUtcNow();

    internal bool IsDisposed { get; private set; }

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        return new(space.Find(_keys.File(path))?.Describe(path));
    }

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        var entry = space.Find(_keys.File(request.Path)) ?? throw MemoryErrors.NotFound();
        if (request.IfMatch is { } etag && etag != entry.ETag)
            throw MemoryErrors.Changed(etag, entry.ETag);
        request.Range.LengthIn(entry.Content.Length);
        return new(new StoreRead(entry.Describe(request.Path), new MemoryReadStream(entry.Content, request.Range.Offset)));
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        var key = _keys.File(request.Path);
        space.Check(key, request.Mode);
        return new(new MemoryUpload(this, request, key, Now));
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var below = _keys.Below(request.Directory);
        var head = below + request.NamePrefix;
        var after = request.StartAfter is null ? null : _keys.Absolute(request.StartAfter);
        var from = after is not null && Utf8Order.Compare(after, head) > 0 ? after : head;
        var size = Math.Clamp(request.Limit ?? PageSize, 1, PageSize);
        while (true)
        {
            Enter(cancellationToken);
            // Each pass reads a page under the lock, and releases the lock before it returns the page.
            var page = space.Page(from, size, Skip, e => e.Key.StartsWith(head, StringComparison.Ordinal));
            var infos = page.Select(Describe).OfType<StoreEntry>().ToList();
            if (infos.Count > 0)
                yield return infos;
            if (page.Count < size)
                yield break;
            // A path cannot contain '\0', so no other key is between a key and this one.
            from = Skip(page[^1]) ?? page[^1].Key + '\0';
        }

        string? Skip(MemoryEntry entry) =>
            request.Recursive || entry.Key.IndexOf('/', below.Length) is not (var slash and >= 0) ? null : Past(entry.Key[..slash]);

        StoreEntry? Describe(MemoryEntry entry)
        {
            var slash = request.Recursive ? -1 : entry.Key.IndexOf('/', below.Length);
            var key = slash < 0 ? entry.Key : entry.Key[..(slash + 1)];
            if (key.Length == below.Length || (after is not null && Utf8Order.Compare(key, after) <= 0))
                return null;
            var path = _keys.Relative(key);
            if (key.Length - (key.EndsWith('/') ? 1 : 0) < head.Length)
                return null;
            return slash < 0 ? entry.Describe(path) : new() { Path = path, Kind = EntryKind.Directory };
        }

        // '0' follows '/', so this is the first key that is not below the directory.
        static string Past(string directory) => directory + '0';
    }

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        var results = new List<DeleteResult>(request.Targets.Count);
        foreach (var target in request.Targets)
        {
            try
            {
                var there = space.Remove(target.Kind == EntryKind.Directory ? _keys.Marker(target.Path) : _keys.File(target.Path), target.IfMatch);
                results.Add(new(target.Path, there ? DeleteOutcome.Deleted : DeleteOutcome.Missing));
            }
            catch (StoreException e)
            {
                results.Add(new(target.Path, DeleteOutcome.Failed, e));
            }
        }
        return new(results);
    }

    public override ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        var copy = space.Copy(_keys.File(request.Source), request.SourceIfMatch, _keys.File(request.Target), request.Mode, Now, MaxSize);
        return new(copy.Describe(request.Target));
    }

    public override ValueTask MoveAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        space.Move(_keys.File(request.Source), request.SourceIfMatch, _keys.File(request.Target), request.Mode);
        return ValueTask.CompletedTask;
    }

    public override ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        if (!path.IsRoot)
            space.PutMarker(_keys.Marker(path));
        return ValueTask.CompletedTask;
    }

    public override ValueTask<StoreEntry> TouchAsync(StorePath path, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        return new(space.Touch(_keys.File(path), Now).Describe(path));
    }

    public override async IAsyncEnumerable<StagedUpload> ListStagedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var (id, upload) in space.Uploads())
        {
            Enter(cancellationToken);
            if (upload.Key.StartsWith(_keys.Below(default), StringComparison.Ordinal))
                yield return new(id, _keys.Relative(upload.Key), upload.Started, upload.Length);
        }
    }

    public override ValueTask RemoveStagedAsync(StagedUpload staged, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        foreach (var (id, upload) in space.Uploads())
        {
            if (id == staged.Id && upload.Key.StartsWith(_keys.Below(default), StringComparison.Ordinal))
                upload.Abort(removed: true);
        }
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return base.DisposeAsync();
    }

    private void Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(IsDisposed, this);
    }
}
