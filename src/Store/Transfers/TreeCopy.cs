using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Listing;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>Copies and moves trees between two places in any stores.</summary>
internal static class TreeCopy
{
    public static async Task<TransferResult> CopyAsync(
        StoreCore source, StorePath from, StoreCore target, StorePath to, TransferOptions? options, CancellationToken cancellationToken)
    {
        var transfer = new TreeTransfer(options, source.Options);
        source.Enter(cancellationToken);
        target.Enter(cancellationToken);
        if (target.PlaceOf(to) == source.PlaceOf(from))
            return new(0, 0, 0);
        return await RunAsync(transfer, source, from, target, to, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Copies all entries and then, if nothing has failed, deletes the copied versions. Files that changed in the meantime are kept and are failures.
    /// </summary>
    public static async Task<TransferResult> MoveAsync(
        StoreCore source, StorePath from, StoreCore target, StorePath to, TransferOptions? options, CancellationToken cancellationToken)
    {
        var moved = new ConcurrentDictionary<StorePath, StoreEntry>();
        var transfer = new TreeTransfer((options ?? new()) with { Mode = WriteMode.CreateNew, Include = [], Exclude = [], Links = LinkHandling.Fail }, source.Options);
        var result = await RunAsync(transfer, source, from, target, to, moved, cancellationToken).ConfigureAwait(false);
        await new TreeRemoval(source, from, moved).RunAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    private static async Task<TransferResult> RunAsync(
        TreeTransfer transfer,
        StoreCore source,
        StorePath from,
        StoreCore target,
        StorePath to,
        ConcurrentDictionary<StorePath, StoreEntry>? moved,
        CancellationToken cancellationToken)
    {
        var operation = moved is null ? StoreOperations.Copy : StoreOperations.Move;
        if (target.PlaceOf(to).IsUnder(source.PlaceOf(from)))
            throw source.CreateException(StoreErrorCode.PathConflict, $"{target.GetUri(to)} lies inside it", operation, from);
        var log = transfer.Begin(operation, source.GetUri(from));
        var tree = new StoreSource(source, from, log.Unlisted);
        var items = moved is null ? tree.FindAsync(cancellationToken) : FindMarkedAsync(tree, cancellationToken);
        var result = await transfer.RunAsync(items, CopyOneAsync, log, cancellationToken).ConfigureAwait(false);
        if (result.Files + result.Directories == 0)
            await CopyEmptyAsync(source, from, target, to, cancellationToken).ConfigureAwait(false);
        return result;

        async ValueTask CopyOneAsync(TransferItem item, Action<long> progress, CancellationToken stopping)
        {
            await tree.CopyAsync(item, target, to / item.Path, transfer.Mode, progress, stopping).ConfigureAwait(false);
            if (!item.IsDirectory)
                moved?.TryAdd(from / item.Path, new StoreEntry { Path = from / item.Path, Length = item.Length, ETag = item.ETag });
        }
    }

    /// <summary>
    /// What is found, with every marker, those of directories that hold something too: a directory that was made is still made after a move. Where directories are real, a listing does
    /// not tell which of them were made.
    /// </summary>
    private static async IAsyncEnumerable<TransferItem> FindMarkedAsync(StoreSource tree, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (tree.Store.Capabilities.Directories != DirectoryKind.Virtual)
        {
            await foreach (var item in tree.FindAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
            yield break;
        }
        if (await tree.Store.IsMarkedAsync(tree.Root, cancellationToken).ConfigureAwait(false))
            yield return new(StorePath.Root, IsDirectory: true, 0, null);
        await foreach (var entry in Entries.AllAsync(tree.Store, tree.Request, cancellationToken).ConfigureAwait(false))
            yield return tree.ItemOf(entry);
    }

    /// <summary>Nothing was found: an empty directory goes along as one, and anything else is an error.</summary>
    private static async ValueTask CopyEmptyAsync(StoreCore source, StorePath from, StoreCore target, StorePath to, CancellationToken cancellationToken)
    {
        switch (await source.TryStatAsync(from, cancellationToken).ConfigureAwait(false))
        {
            case null:
                throw source.Missing(StoreOperations.Copy, from);
            case { IsFile: true }:
                throw source.CreateException(StoreErrorCode.NotFound, "it is a file, not a directory", StoreOperations.Copy, from);
            default:
                if (target.Capabilities.Directories != DirectoryKind.None)
                    await target.MakeDirectoryAsync(to, cancellationToken).ConfigureAwait(false);
                break;
        }
    }
}
