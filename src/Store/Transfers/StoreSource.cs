using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Listing;
using Cairn.Providers;
using Cairn.Reading;

namespace Cairn.Transfers;

/// <summary>A directory of a store that is copied.</summary>
/// <param name="store">The store.</param>
/// <param name="root">The directory.</param>
/// <param name="unlisted">Called with what cannot be listed, with paths below the directory; null when that fails the listing.</param>
internal sealed class StoreSource(StoreCore store, StorePath root, Action<UnlistedEntry>? unlisted) : TreeSource
{
    public StoreCore Store => store;

    public StorePath Root => root;

    public ListRequest Request { get; } = new(root, Recursive: true)
    {
        Unlisted = unlisted is null ? null : entry => unlisted(entry.RelativeTo(root)),
    };

    public override async IAsyncEnumerable<TransferItem> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in Entries.FilesAsync(store, Request, true, cancellationToken).ConfigureAwait(false))
            yield return ItemOf(entry);
    }

    public TransferItem ItemOf(StoreEntry entry) =>
        new(entry.Path.RelativeTo(root), entry.IsDirectory, entry.Length, entry.ETag) { Modified = entry.Modified, Checksum = entry.Checksum };

    public override async ValueTask<Stream> OpenReadAsync(TransferItem item, CancellationToken cancellationToken) =>
        await store.OpenReadAsync(root / item.Path, OpenReadOptions.ForCopy(item.ETag), cancellationToken).ConfigureAwait(false);

    protected override async ValueTask CopyFileAsync(TransferItem item, StoreCore target, StorePath to, WriteMode mode, Action<long>? progress, CancellationToken cancellationToken) =>
        await FileCopy.CopyAsync(store, root / item.Path, target, to, mode, item.ETag, progress, cancellationToken).ConfigureAwait(false);
}
