using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Index;

/// <summary>The index of a catalog, which is opened when it is needed first and brought up to the store before it answers. Thread-safe.</summary>
/// <param name="store">The store.</param>
/// <param name="opening">Opens the catalog.</param>
/// <param name="feed">The publisher of this process, whose records a list shows.</param>
/// <param name="folder">The folder for the index; null for the default.</param>
/// <param name="time">The clock.</param>
internal sealed class SyncedIndex(ArtifactStore store, CatalogOpening opening, FeedPublisher feed, string? folder, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private CatalogIndex? _index;
    private CatalogIndex? _cached;
    private string? _folder;
    private string? _temporary;
    private bool _isDisposed;

    /// <summary>Opens the index as it is.</summary>
    public async ValueTask<CatalogIndex> OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _index) is { } known)
            return known;
        var id = await opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _index ??= CatalogIndex.Open(Folder(), store, id, time);
        }
    }

    /// <summary>Opens the index that this machine has, without a request.</summary>
    /// <returns>The index; null if there is none, or if the address of the store had several catalogs.</returns>
    public CatalogIndex? TryOpen()
    {
        if (Volatile.Read(ref _index) is { } known)
            return known;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _cached ??= CatalogIndex.TryOpen(Folder(), store, time);
        }
    }

    /// <summary>Opens the index with everything that this process has appended and that others have published.</summary>
    public async Task<CatalogIndex> OpenAsync(Freshness freshness, CancellationToken cancellationToken)
    {
        if (freshness == Freshness.Cached && TryOpen() is { } cached)
            return cached;
        var index = await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (freshness == Freshness.Synchronized)
            await SyncAsync(isFull: false, cancellationToken).ConfigureAwait(false);
        return index;
    }

    /// <summary>Brings the index up to the store.</summary>
    public async Task<SyncResult> SyncAsync(bool isFull, CancellationToken cancellationToken)
    {
        var index = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await feed.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await index.SyncAsync(isFull, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops the content of the index if it is open, because the store has another history.</summary>
    public void Drop() => (Volatile.Read(ref _index) ?? Volatile.Read(ref _cached))?.Drop();

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _index?.Dispose();
            _cached?.Dispose();
            if (_temporary is not null && Directory.Exists(_temporary))
                Directory.Delete(_temporary, recursive: true);
        }
    }

    // What is in memory ends with the process, and so does its index.
    private string Folder() => _folder ??= folder is null && store.Root.Scheme == "mem"
        ? _temporary = Directory.CreateTempSubdirectory("cairn-index-").FullName
        : IndexFolder.Of(folder);
}
