using System.Buffers;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;
using Cairn.Reading;

namespace Cairn.Transfers;

/// <summary>Downloads one file into a stream, in order: several ranges come at once, each into a separate buffer, and are written one after the other.</summary>
internal sealed class OrderedDownload(StoreCore store, PinnedFile source, Stream target, Action<long>? progress)
{
    /// <summary>Files above this come in several ranges at once, where the driver's content cannot seek.</summary>
    public const int RangeLength = 8 << 20;

    private const int CopyBuffer = 128 << 10;

    public static async Task<StoreEntry> RunAsync(
        StoreCore store, StorePath path, Stream target, Action<long>? found, Action<long>? progress, CancellationToken cancellationToken)
    {
        // A request for all of it would go on sending what other requests bring.
        var isParallel = store.Options.PartParallelism > 1;
        var (source, first) = await store.OpenPinnedAsync(path, new() { Range = isParallel ? new ByteRange(0, RangeLength) : ByteRange.All }, cancellationToken).ConfigureAwait(false);
        var info = first.Info;
        found?.Invoke(info.Length);
        var download = new OrderedDownload(store, source, target, progress);
        if (first.Content.CanSeek || info.ETag is null || info.Length == 0 || !isParallel)
            await download.StreamAsync(first, cancellationToken).ConfigureAwait(false);
        else
            await download.RangesAsync(first, info.Checksum is null ? download.PromisedAsync(path, info, cancellationToken) : Task.FromResult<Checksum?>(info.Checksum), cancellationToken)
                .ConfigureAwait(false);
        return info;
    }

    /// <summary>Whether several requests fetch an opened file faster than the one that is open.</summary>
    public static bool Serves(StoreCore store, StoreRead read) =>
        !read.Content.CanSeek && read.Info.ETag is not null && read.Info.Length >= 2 * RangeLength && store.Options.PartParallelism > 1;

    /// <summary>Copies a file that is open from its start, and that <see cref="Serves"/>; the answer that is open gives the first range, and the checksum.</summary>
    public static Task CopyAsync(StoreCore store, PinnedFile source, StoreRead first, Stream target, Action<long>? progress, CancellationToken cancellationToken) =>
        new OrderedDownload(store, source, target, progress).RangesAsync(first, Task.FromResult(first.Info.Checksum), cancellationToken);

    /// <summary>By one request, which is also what checks the content.</summary>
    private async Task StreamAsync(StoreRead read, CancellationToken cancellationToken)
    {
        var content = new StoreReadStream(source, read, new() { IsSequential = true }, store.Options.ReadAhead);
        await using var closing = content.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            int count;
            while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                progress?.Invoke(count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The checksum that the store keeps of this version: most stores do not tell it with a range.</summary>
    private async Task<Checksum?> PromisedAsync(StorePath path, StoreEntry info, CancellationToken cancellationToken) =>
        await store.StatDriverAsync(path, cancellationToken).ConfigureAwait(false) is { } now && now.ETag == info.ETag ? now.Checksum : null;

    /// <summary>The first answer gives the first range; the buffer that is being written counts among those that are held.</summary>
    private async Task RangesAsync(StoreRead first, Task<Checksum?> checksum, CancellationToken cancellationToken)
    {
        var (info, crc) = (first.Info, Crc32C.Begin());
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ranges = new Queue<(Task<byte[]> Fetch, int Length)>();
        StoreRead? open = first;
        try
        {
            for (long at = 0; ;)
            {
                for (; ranges.Count < store.Options.PartParallelism && at < info.Length; at += RangeLength)
                {
                    var length = (int)Math.Min(RangeLength, info.Length - at);
                    ranges.Enqueue((FetchAsync(open, at, length, stopping.Token), length));
                    open = null;
                }
                if (!ranges.TryPeek(out var next))
                    break;
                var buffer = await next.Fetch.ConfigureAwait(false);
                crc.Append(buffer.AsSpan(0, next.Length));
                await target.WriteAsync(buffer.AsMemory(0, next.Length), cancellationToken).ConfigureAwait(false);
                progress?.Invoke(next.Length);
                ranges.Dequeue();
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await ((Task)checksum).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // What is still on its way when the target or another range has failed concerns nobody.
            foreach (var (fetch, _) in ranges)
            {
                await ((Task)fetch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (fetch.IsCompletedSuccessfully)
                    ArrayPool<byte>.Shared.Return(await fetch.ConfigureAwait(false));
            }
        }
        if (await checksum.ConfigureAwait(false) is { Algorithm: Checksum.Crc32C } promised && Checksum.FromCrc32C(crc.GetCurrentHashAsUInt32()) is var actual && actual != promised)
            throw source.Failure(StoreErrorCode.IntegrityFailure, $"what arrived is {actual} and the store promised {promised}", "Discard what has been written, and try again.");
    }

    private async Task<byte[]> FetchAsync(StoreRead? open, long at, int length, CancellationToken cancellationToken)
    {
        // The queue must fill before the first fetch runs.
        await Task.Yield();
        var read = new ResumingRead(source, open, at, at + length);
        await using var closing = read.ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var isFull = false;
        try
        {
            for (var filled = 0; filled < length;)
                filled += await read.ReadAsync(buffer.AsMemory(filled, length - filled), cancellationToken).ConfigureAwait(false);
            isFull = true;
            return buffer;
        }
        finally
        {
            if (!isFull)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
