using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;

namespace Cairn.Listing;

/// <summary>Reads a driver's pages one ahead: the next is asked for before the last is handed out.</summary>
internal sealed class PagePrefetch : IAsyncDisposable
{
    private readonly StoreCore _store;
    private readonly ListRequest _request;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _asked;
    private IAsyncEnumerator<IReadOnlyList<StoreEntry>>? _pages;
    private Task<bool>? _next;

    public PagePrefetch(StoreCore store, ListRequest request, CancellationToken cancellationToken)
    {
        (_store, _request, _asked) = (store, request, cancellationToken);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>True when one page is enough: none is asked for beyond it.</summary>
    public bool IsSingle { get; init; }

    /// <summary>The next page; null at the end.</summary>
    public async ValueTask<IReadOnlyList<StoreEntry>?> NextAsync()
    {
        _asked.ThrowIfCancellationRequested();
        return await _store.Guard(StoreOperations.List, _request.Directory).RunAsync(this, true, static (listing, _, _) => listing.NextPageAsync(), _asked).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_next is { IsCompleted: false })
            await _ending.CancelAsync().ConfigureAwait(false);
        // A page that nobody will see: its failure concerns nobody either.
        if (_next is not null)
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_pages is not null)
            await _pages.DisposeAsync().ConfigureAwait(false);
        _ending.Dispose();
    }

    private async ValueTask<IReadOnlyList<StoreEntry>?> NextPageAsync()
    {
        _pages ??= _store.Driver.ListAsync(_request, _ending.Token).GetAsyncEnumerator(_ending.Token);
        if (!await (_next ?? _pages.MoveNextAsync().AsTask()).ConfigureAwait(false))
            return null;
        var page = _pages.Current;
        if (!IsSingle)
            _next = _pages.MoveNextAsync().AsTask();
        return page;
    }
}
