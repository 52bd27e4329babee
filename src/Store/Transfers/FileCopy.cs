using Cairn.Engine;
using Cairn.Errors;
using Cairn.Layers;
using Cairn.Providers;
using Cairn.Reading;
using Cairn.Writing;

namespace Cairn.Transfers;

/// <summary>Copies one file between two places, whatever stores they are in.</summary>
internal static class FileCopy
{
    /// <summary>
    /// Copies, by the store itself where both places are in one that can. The source must have the etag, if one is given; <paramref name="progress"/> is told how many more
    /// bytes have arrived.
    /// </summary>
    public static async ValueTask<StoreEntry> CopyAsync(
        StoreCore source, StorePath from, StoreCore target, StorePath to, WriteMode mode, string? sourceIfMatch, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(source.Whole, target.Whole))
            return await StreamAsync(source, from, target, to, mode, sourceIfMatch, isAlone: false, progress, cancellationToken).ConfigureAwait(false);
        var info = await WithinAsync(source.Whole, source.Prefix / from, target.Prefix / to, mode, sourceIfMatch, progress, cancellationToken).ConfigureAwait(false);
        return target.Prefix.IsRoot ? info : info.At(to);
    }

    /// <summary>Copies a file to another path of one store. Onto itself, a copy changes nothing.</summary>
    public static async Task<StoreEntry> CopyWithinAsync(StoreCore store, StorePath source, StorePath target, WriteMode mode, CancellationToken cancellationToken)
    {
        StoreCore.NotRoot(target, nameof(target));
        store.Enter(cancellationToken);
        store.Refuse(CapabilityRules.Write(store.Capabilities, mode), StoreOperations.Copy, target);
        return source == target || source.IsRoot
            ? await store.StatFileAsync(source, StoreOperations.Copy, cancellationToken).ConfigureAwait(false)
            : await WithinAsync(store, source, target, mode, null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies to another path of one store, by the store itself where it can.</summary>
    internal static async ValueTask<StoreEntry> WithinAsync(
        StoreCore store, StorePath source, StorePath target, WriteMode mode, string? sourceIfMatch, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (!store.Capabilities.Copy)
            return await StreamAsync(store, source, store, target, mode, sourceIfMatch, isAlone: false, progress, cancellationToken).ConfigureAwait(false);
        var info = await store.CopyDriverAsync(new CopyRequest(source, target, mode) { SourceIfMatch = sourceIfMatch }, cancellationToken).ConfigureAwait(false);
        progress?.Invoke(info.Length);
        return info;
    }

    /// <summary>Copies through this process, in memory bounded by the target's parts. Content type, metadata and the time go along where the target keeps them;
    /// from one local place to another the system itself copies.</summary>
    /// <param name="source">The store to read.</param>
    /// <param name="from">The file.</param>
    /// <param name="target">The store to write.</param>
    /// <param name="to">Where to.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="sourceIfMatch">The etag that the source must have; null for any.</param>
    /// <param name="isAlone">The file is not one of a tree: a large file of a remote store comes in several ranges at once, which need memory too.</param>
    /// <param name="progress">Told how many more bytes have arrived.</param>
    /// <param name="cancellationToken">Cancels the copy; the target is then as it was, or whole.</param>
    public static async ValueTask<StoreEntry> StreamAsync(
        StoreCore source, StorePath from, StoreCore target, StorePath to, WriteMode mode, string? sourceIfMatch, bool isAlone, Action<long>? progress, CancellationToken cancellationToken)
    {
        var reading = OpenReadOptions.ForCopy(sourceIfMatch);
        var (file, first) = await source.OpenPinnedAsync(from, reading, cancellationToken).ConfigureAwait(false);
        await using var ending = first.ConfigureAwait(false);
        var options = new OpenWriteOptions { Length = first.Info.Length, ContentType = target.Capabilities.ContentType ? first.Info.ContentType : null };
        if (target.Capabilities.Metadata)
            options = options with { Metadata = first.Info.Metadata };
        options = FileTimes.Keep(options, target, FileTimes.Of(first.Info), first.Info.IsExecutable);
        var write = await target.OpenWriteAsync(to, mode, options, cancellationToken).ConfigureAwait(false);
        await using var writing = write.ConfigureAwait(false);
        if (first.File is { } open && await write.TryTakeFileAsync(open, first.Info.Length, progress, cancellationToken).ConfigureAwait(false))
        {
            if (RandomAccess.GetLength(open) != first.Info.Length || File.GetLastWriteTimeUtc(open) != first.Info.Modified?.UtcDateTime)
                throw source.CreateException(StoreErrorCode.PreconditionFailed, "the file changed while it was read", StoreOperations.Read, from, "Copy it again.");
        }
        else if (isAlone && OrderedDownload.Serves(source, first) && write.TakesAnyOrder)
        {
            await RangedCopy.RunAsync(source, file, first, write.WritePieceAsync, progress, cancellationToken).ConfigureAwait(false);
        }
        else if (isAlone && OrderedDownload.Serves(source, first))
        {
            await OrderedDownload.CopyAsync(source, file, first, write, progress, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var content = new StoreReadStream(file, first, reading, reading.ReadAhead!.Value);
            await using var closing = content.ConfigureAwait(false);
            await write.CopyFromAsync(content, progress, cancellationToken).ConfigureAwait(false);
        }
        return await write.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
