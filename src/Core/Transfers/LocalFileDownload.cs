using Cairn.Errors;
using Cairn.Providers;
using Cairn.Reading;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Transfers;

/// <summary>Downloads one file: into a temporary file beside the target, which takes its name when it is whole and is what the store's CRC-32C promises, where it keeps one.</summary>
internal static class LocalFileDownload
{
    /// <summary>Files above this come in several ranges at once, where the driver's content cannot seek.</summary>
    public const int RangeLength = 16 << 20;

    private const int BufferLength = 256 << 10;

    /// <summary>Room on the disk is taken beforehand for files above this; below, it costs more than it brings.</summary>
    private const int ReservedLength = 1 << 20;

    public static async ValueTask<ArtifactInfo> RunAsync(
        ArtifactStore store, ArtifactPath path, string target, WriteMode mode, string? ifMatch, Action<long>? found, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (mode.Kind is not (WriteModes.CreateNew or WriteModes.Replace))
            throw new ArgumentException("A local file is written with WriteMode.CreateNew or WriteMode.Replace.", nameof(mode));
        target = Path.GetFullPath(target);
        store.Enter(cancellationToken);
        if (mode == WriteMode.CreateNew && Path.Exists(target))
            throw Exists();
        var (source, read) = await store.OpenPinnedAsync(path, new() { IfMatch = ifMatch }, cancellationToken).ConfigureAwait(false);
        await using var reading = read.ConfigureAwait(false);
        found?.Invoke(read.Info.Length);
        var temporary = Path.Join(Path.GetDirectoryName(target), $".{Guid.NewGuid():N}.cairn-tmp");
        var isThere = false;
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, read.Info.Length > ReservedLength ? read.Info.Length : 0))
            {
                isThere = true;
                await CopyAsync(store, source, read, file, progress, cancellationToken).ConfigureAwait(false);
            }
            File.Move(temporary, target, overwrite: mode == WriteMode.Replace);
            isThere = false;
            return read.Info;
        }
        catch (IOException e) when (mode == WriteMode.CreateNew && e is not ArtifactStoreException && Path.Exists(target))
        {
            throw Exists(e);
        }
        catch (Exception e) when (e is not ArtifactStoreException && StoreErrors.IsRaw(e, Operations.Download, store.UriOf(path), cancellationToken))
        {
            throw new ArtifactStoreException(LocalFaults.Of(e, target), e).WithContext(Operations.Download, store.UriOf(path));
        }
        finally
        {
            if (isThere)
                File.Delete(temporary);
        }

        ArtifactStoreException Exists(Exception? inner = null) =>
            new ArtifactStoreException(StoreErrorCode.AlreadyExists, $"'{target}' is there already", inner).WithContext(Operations.Download, store.UriOf(path));
    }

    /// <summary>
    /// Copies the whole file: the response that is open goes on from the front, other requests take ranges from the back, until they meet. A small file is one request, and the
    /// first answer, which is for the whole file, tells its checksum.
    /// </summary>
    private static async Task CopyAsync(
        ArtifactStore store, PinnedFile source, StoreRead first, SafeFileHandle file, Action<long>? progress, CancellationToken cancellationToken)
    {
        var info = first.Info;
        if (first.Content.CanSeek)
        {
            var local = new ArtifactReadStream(source, first, new() { IsSequential = true }, readAhead: 0);
            await using var closing = local.ConfigureAwait(false);
            if (info.Length > 0)
                await CopyRangeAsync(local.ReadAsync, file, new ByteRange(0, info.Length), false, progress, cancellationToken).ConfigureAwait(false);
            return;
        }
        var checks = info.Checksum is { Algorithm: Checksum.Crc32C };
        var count = (info.Length + RangeLength - 1) / RangeLength;
        var others = info.ETag is null ? 0 : (int)Math.Clamp(count - 1, 0, store.Options.PartParallelism - 1);
        var ranges = new Ranges(info.Length, checks, others);
        if (others == 0)
            await FrontAsync(cancellationToken).ConfigureAwait(false);
        else
        {
            var workers = new ParallelOptions { MaxDegreeOfParallelism = others + 1, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, others + 1, workers, async (worker, stopping) => await (worker == 0 ? FrontAsync(stopping) : BackAsync(worker, stopping)).ConfigureAwait(false)).ConfigureAwait(false);
        }
        if (checks && ranges.Total() is var actual && actual != info.Checksum)
        {
            var fault = new StoreFault(StoreErrorCode.IntegrityFailure, $"what arrived is {actual} and the store promised {info.Checksum}; nothing was kept") { IsTransient = true };
            throw new ArtifactStoreException(fault).WithContext(Operations.Download, source.Uri);
        }

        async Task FrontAsync(CancellationToken stopping)
        {
            var front = new ResumingRead(source, first, 0, info.Length);
            await using var disposing = front.ConfigureAwait(false);
            for (long index; (index = ranges.Take(fromFront: true)) >= 0;)
                ranges.Done(index, await CopyRangeAsync(front.ReadAsync, file, ranges[index], checks, progress, stopping).ConfigureAwait(false));
        }

        async Task BackAsync(int worker, CancellationToken stopping)
        {
            // Each has its first range from the start: how many requests there are does not hang on who begins first.
            for (var index = ranges.Count - worker; index >= 0; index = ranges.Take(fromFront: false))
            {
                var range = ranges[index];
                var read = new ResumingRead(source, null, range.Offset, range.Offset + range.Length!.Value);
                await using var ending = read.ConfigureAwait(false);
                ranges.Done(index, await CopyRangeAsync(read.ReadAsync, file, range, checks, progress, stopping).ConfigureAwait(false));
            }
        }
    }

    /// <returns>The bytes' CRC-32C, where it was asked for.</returns>
    private static async Task<uint> CopyRangeAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, SafeFileHandle file, ByteRange range, bool checks, Action<long>? progress, CancellationToken cancellationToken)
    {
        var crc = Crc32C.Begin();
        var left = range.Length!.Value;
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(left, BufferLength));
        try
        {
            for (var at = range.Offset; left > 0;)
            {
                // What has arrived is written at once, while the processor still has it at hand.
                var count = await read(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    throw new EndOfStreamException("The content ended before its length.");
                if (checks)
                    crc.Append(buffer.AsSpan(0, count));
                await WriteAsync(file, buffer.AsMemory(0, count), at, cancellationToken).ConfigureAwait(false);
                at += count;
                left -= count;
                progress?.Invoke(count);
            }
            return crc.GetCurrentHashAsUInt32();
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Outside Windows, an asynchronous write is this one on another thread, whose processor does not have the bytes at hand.</summary>
    private static ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> data, long at, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return RandomAccess.WriteAsync(file, data, at, cancellationToken);
        RandomAccess.Write(file, data.Span, at);
        return ValueTask.CompletedTask;
    }

    /// <summary>The ranges of a file, given out from both ends; the last few are reserved.</summary>
    private sealed class Ranges(long length, bool checks, int reserved)
    {
        private readonly uint[] _crcs = checks ? new uint[(length + RangeLength - 1) / RangeLength] : [];
        private readonly Lock _gate = new();
        private long _front;
        private long _back = (length + RangeLength - 1) / RangeLength - reserved;

        public long Count { get; } = (length + RangeLength - 1) / RangeLength;

        public ByteRange this[long index] => new(index * RangeLength, Math.Min(RangeLength, length - index * RangeLength));

        /// <summary>The next range's number; -1 when none is left.</summary>
        public long Take(bool fromFront)
        {
            lock (_gate)
                return _front == _back ? -1 : fromFront ? _front++ : --_back;
        }

        public void Done(long index, uint crc)
        {
            if (checks)
                _crcs[index] = crc;
        }

        public Checksum Total()
        {
            var all = 0u;
            for (var i = 0; i < _crcs.Length; i++)
                all = Crc32C.Combine(all, _crcs[i], this[i].Length!.Value);
            return Checksum.FromCrc32C(all);
        }
    }
}
