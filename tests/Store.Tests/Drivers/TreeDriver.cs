using System.Runtime.CompilerServices;
using Cairn.Providers;

namespace Cairn.Tests.Drivers;

/// <summary>Lists a fixed set of files as an object store does: in pages, from any place, with directories only where a listing is not recursive.</summary>
internal sealed class TreeDriver(IEnumerable<string> files, int pageSize) : StoreDriver(StoreUri.Parse("test://tree"))
{
    private readonly string[] _files = [.. files.Distinct().Order(Utf8Order.Comparer)];
    private int _open;
    private int _pages;
    private int _recursive;

    public override StoreCapabilities Capabilities { get; } = new() { ListStartAfter = true };

    public IReadOnlyList<string> Files => _files;

    /// <summary>Pages given so far: the requests that a service would have seen.</summary>
    public int Pages => _pages;

    /// <summary>Of them, those of recursive listings.</summary>
    public int RecursivePages => _recursive;

    /// <summary>Listings that have begun and not ended.</summary>
    public int Open => _open;

    /// <summary>Called before each page, with the listing and how many are open.</summary>
    public Func<ListRequest, int, CancellationToken, Task> BeforePage { get; set; } = (_, _, _) => Task.CompletedTask;

    public override async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _open);
        try
        {
            var all = Below(request).Chunk(pageSize).DefaultIfEmpty([]);
            foreach (var page in all)
            {
                await BeforePage(request, Volatile.Read(ref _open), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                Interlocked.Increment(ref _pages);
                if (request.Recursive)
                    Interlocked.Increment(ref _recursive);
                yield return page;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private IEnumerable<StoreEntry> Below(ListRequest request)
    {
        var directory = request.Directory.IsRoot ? "" : request.Directory.Value + "/";
        string? shown = null;
        foreach (var file in _files.Where(f => f.StartsWith(directory + request.NamePrefix, StringComparison.Ordinal)))
        {
            var slash = request.Recursive ? -1 : file.IndexOf('/', directory.Length);
            var key = slash < 0 ? file : file[..(slash + 1)];
            if (key == shown || (request.StartAfter is { } after && Utf8Order.Compare(key, after) <= 0))
                continue;
            shown = key;
            yield return slash < 0 ? new() { Path = key } : new() { Path = key.TrimEnd('/'), Kind = EntryKind.Directory };
        }
    }

    public override ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
