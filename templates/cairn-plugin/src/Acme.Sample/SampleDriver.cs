using System.Runtime.CompilerServices;
using Cairn;
using Cairn.Providers;

namespace Acme.Sample;

/// <summary>
/// The driver of one store. A directory that was created explicitly is a key with a final <c>/</c>; other directories exist because keys exist below them.
/// </summary>
internal sealed class SampleDriver(StoreUri root, SampleBox box, SampleOptions options) : StoreDriver(root)
{
    private const int PageSize = 1000;
    private volatile bool _disposed;

    public override StoreCapabilities Capabilities { get; } = new() { WriteModes = WriteModes.All, Directories = DirectoryKind.Virtual };

    internal SampleBox Box => box;

    internal int PartSize => options.PartSize;

    internal bool IsDisposed => _disposed;

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        return new(box.Find(Key(path))?.Describe(path));
    }

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            Enter(cancellationToken);
            var entry = box.Find(Key(request.Path)) ?? throw new StoreException(StoreErrorCode.NotFound, "it does not exist");
            if (request.IfMatch is { } etag && etag != entry.ETag)
                throw new StoreException(StoreErrorCode.PreconditionFailed, $"its version is {entry.ETag}, not {etag}");
            request.Range.LengthIn(entry.Length);
            try
            {
                var content = new FileStream(
                    box.ContentOf(entry.ETag), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous) { Position = request.Range.Offset };
                return new(new StoreRead(entry.Describe(request.Path), content));
            }
            catch (FileNotFoundException)
            {
                // The content was just replaced: look it up again.
            }
        }
    }

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        return new(new SampleUpload(this, request, Key(request.Path)));
    }

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        Enter(cancellationToken);
        var below = request.Directory.IsRoot ? "" : request.Directory.Value + "/";
        var found = new Dictionary<string, StoreEntry>(StringComparer.Ordinal);
        foreach (var entry in box.All())
        {
            if (Relative(entry.Key) is not { } path || path.Length == below.Length || !path.StartsWith(below, StringComparison.Ordinal))
                continue;
            var slash = request.Recursive ? -1 : path.IndexOf('/', below.Length);
            var order = slash < 0 ? path : path[..(slash + 1)];
            var name = order.TrimEnd('/');
            if (request.NamePrefix is { } prefix && !name[below.Length..].StartsWith(prefix, StringComparison.Ordinal))
                continue;
            if (request.StartAfter is { } after && Utf8Order.Compare(order, after) <= 0)
                continue;
            found[order] = order.EndsWith('/') ? new() { Path = StorePath.Parse(name), Kind = EntryKind.Directory } : entry.Describe(StorePath.Parse(name));
        }
        var all = found.Values.ToList();
        all.Sort((a, b) => Utf8Order.Compare(a.OrderKey, b.OrderKey));
        foreach (var page in all.Chunk(Math.Clamp(request.Limit ?? PageSize, 1, PageSize)))
            yield return page;
    }

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var results = new List<DeleteResult>();
        foreach (var target in request.Targets)
        {
            Enter(cancellationToken);
            results.Add(new(target.Path, await box.RemoveAsync(Key(target.Path, target.Kind), cancellationToken).ConfigureAwait(false) ? DeleteOutcome.Deleted : DeleteOutcome.Missing));
        }
        return results;
    }

    public override async ValueTask MakeDirectoryAsync(StorePath path, CancellationToken cancellationToken)
    {
        Enter(cancellationToken);
        var key = Key(path, EntryKind.Directory);
        if (path.IsRoot || box.Find(key) is not null)
            return;
        await box.PublishAsync(key, "-", 0, _ => { }, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync()
    {
        _disposed = true;
        return base.DisposeAsync();
    }

    private string Key(StorePath path, EntryKind kind = EntryKind.File) => (Root.Path / path).Value + (kind == EntryKind.Directory ? "/" : "");

    private string? Relative(string key) =>
        Root.Path.IsRoot ? key : key.StartsWith(Root.Path.Value + "/", StringComparison.Ordinal) ? key[(Root.Path.Value.Length + 1)..] : null;

    private void Enter(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
    }
}
