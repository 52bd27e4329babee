using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Cairn.Errors;
using Cairn.Listing;
using Cairn.Providers;

namespace Cairn.Transfers;

/// <summary>Copies and moves trees between two places, whatever stores they are in.</summary>
internal static class TreeCopy
{
    public static async Task<TransferSummary> CopyAsync(
        ArtifactStore source, ArtifactPath from, ArtifactStore target, ArtifactPath to, TransferOptions? options, CancellationToken cancellationToken)
    {
        var transfer = new TreeTransfer(options, source.Options);
        source.Enter(cancellationToken);
        target.Enter(cancellationToken);
        if (target.PlaceOf(to) == source.PlaceOf(from))
            return new(0, 0, 0);
        return await RunAsync(transfer, source, from, target, to, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies all, and then deletes the versions that were copied; what changed meanwhile stays and is a failure.</summary>
    public static async Task<TransferSummary> MoveAsync(
        ArtifactStore source, ArtifactPath from, ArtifactStore target, ArtifactPath to, CancellationToken cancellationToken)
    {
        var moved = new ConcurrentDictionary<ArtifactPath, ArtifactInfo>();
        var transfer = new TreeTransfer(new TransferOptions { Mode = WriteMode.CreateNew }, source.Options);
        var summary = await RunAsync(transfer, source, from, target, to, moved, cancellationToken).ConfigureAwait(false);
        await new TreeRemoval(source, from, moved).RunAsync(cancellationToken).ConfigureAwait(false);
        return summary;
    }

    private static async Task<TransferSummary> RunAsync(
        TreeTransfer transfer,
        ArtifactStore source,
        ArtifactPath from,
        ArtifactStore target,
        ArtifactPath to,
        ConcurrentDictionary<ArtifactPath, ArtifactInfo>? moved,
        CancellationToken cancellationToken)
    {
        if (target.PlaceOf(to).IsUnder(source.PlaceOf(from)))
            throw source.Failure(StoreErrorCode.PathConflict, $"{target.UriOf(to)} lies inside it", moved is null ? Operations.Copy : Operations.Move, from);
        var items = moved is null ? FindAsync(source, from, cancellationToken) : FindMarkedAsync(source, from, cancellationToken);
        var summary = await transfer.RunAsync(items, CopyOneAsync, cancellationToken).ConfigureAwait(false);
        if (summary.Files + summary.Directories == 0)
            await CopyEmptyAsync(source, from, target, to, cancellationToken).ConfigureAwait(false);
        return summary;

        async ValueTask CopyOneAsync(TransferItem item, Action<long> progress, CancellationToken stopping)
        {
            if (item.IsDirectory)
            {
                if (target.Capabilities.Directories != DirectoryKind.None)
                    await target.MakeDirectoryAsync(to / item.Path, stopping).ConfigureAwait(false);
                return;
            }
            await FileCopy.CopyAsync(source, from / item.Path, target, to / item.Path, transfer.Mode, item.ETag, progress, stopping).ConfigureAwait(false);
            moved?.TryAdd(from / item.Path, new ArtifactInfo { Path = from / item.Path, Length = item.Length, ETag = item.ETag });
        }
    }

    public static async IAsyncEnumerable<TransferItem> FindAsync(ArtifactStore source, ArtifactPath from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in Entries.FilesAsync(source, new ListRequest(from, Recursive: true), true, cancellationToken).ConfigureAwait(false))
            yield return new(entry.Path.RelativeTo(from), entry.IsDirectory, entry.Length, entry.ETag);
    }

    /// <summary>
    /// The same with every marker, those of directories that hold something too: a directory that was made is still made after a move. Where directories are real, a listing does
    /// not tell which of them were made.
    /// </summary>
    private static async IAsyncEnumerable<TransferItem> FindMarkedAsync(
        ArtifactStore source, ArtifactPath from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (source.Capabilities.Directories != DirectoryKind.Virtual)
        {
            await foreach (var item in FindAsync(source, from, cancellationToken).ConfigureAwait(false))
                yield return item;
            yield break;
        }
        if (await IsMarkedAsync(source, from, cancellationToken).ConfigureAwait(false))
            yield return new(ArtifactPath.Root, IsDirectory: true, 0, null);
        await foreach (var entry in Entries.AllAsync(source, new ListRequest(from, Recursive: true), cancellationToken).ConfigureAwait(false))
            yield return new(entry.Path.RelativeTo(from), entry.IsDirectory, entry.Length, entry.ETag);
    }

    private static async ValueTask<bool> IsMarkedAsync(ArtifactStore source, ArtifactPath directory, CancellationToken cancellationToken)
    {
        if (directory.IsRoot)
            return false;
        var marker = directory.Value + "/";
        var request = new ListRequest(directory.Parent, Recursive: true) { NamePrefix = directory.Name, StartAfter = directory.Value + ".\U0010FFFF", Limit = 1 };
        await foreach (var entry in Entries.AllAsync(source, request, cancellationToken).ConfigureAwait(false))
        {
            if (Utf8Order.Compare(entry.OrderKey, marker) is var order and >= 0)
                return order == 0;
        }
        return false;
    }

    /// <summary>Nothing was found: an empty directory goes along as one, and anything else is an error.</summary>
    private static async ValueTask CopyEmptyAsync(ArtifactStore source, ArtifactPath from, ArtifactStore target, ArtifactPath to, CancellationToken cancellationToken)
    {
        switch (await source.TryStatAsync(from, cancellationToken).ConfigureAwait(false))
        {
            case null:
                throw source.Missing(Operations.Copy, from);
            case { IsFile: true }:
                throw source.Failure(StoreErrorCode.NotFound, "it is a file, not a directory", Operations.Copy, from);
            default:
                if (target.Capabilities.Directories != DirectoryKind.None)
                    await target.MakeDirectoryAsync(to, cancellationToken).ConfigureAwait(false);
                break;
        }
    }
}
