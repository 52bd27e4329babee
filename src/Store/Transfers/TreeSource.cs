using Cairn.Engine;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>A tree that is copied somewhere: a directory of a store, or a local folder.</summary>
internal abstract class TreeSource
{
    /// <summary>The files at every depth and the directories that hold nothing, in the order of listings. What cannot be listed is told apart from them.</summary>
    public abstract IAsyncEnumerable<TransferItem> FindAsync(CancellationToken cancellationToken);

    /// <summary>Copies one item; an empty directory where the target has directories.</summary>
    public async ValueTask CopyAsync(TransferItem item, StoreCore target, StorePath to, WriteMode mode, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (!item.IsDirectory)
            await CopyFileAsync(item, target, to, mode, progress, cancellationToken).ConfigureAwait(false);
        else if (target.Capabilities.Directories != DirectoryKind.None)
            await target.MakeDirectoryAsync(to, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a file of the tree.</summary>
    public abstract ValueTask<Stream> OpenReadAsync(TransferItem item, CancellationToken cancellationToken);

    protected abstract ValueTask CopyFileAsync(TransferItem item, StoreCore target, StorePath to, WriteMode mode, Action<long>? progress, CancellationToken cancellationToken);
}
