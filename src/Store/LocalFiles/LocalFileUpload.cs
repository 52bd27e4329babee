using System.Buffers;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Transfers;
using Cairn.Writing;
using Microsoft.Win32.SafeHandles;

namespace Cairn.LocalFiles;

/// <summary>Uploads one local file, whichever way it was found.</summary>
internal static class LocalFileUpload
{
    /// <summary>Up to here a file is read at once: in less time than another thread takes to begin with it.</summary>
    private const int SmallFile = 64 << 10;

    /// <summary>Uploads a file that did not change while it was read.</summary>
    /// <param name="store">The store to write.</param>
    /// <param name="localFile">The file; a link is followed.</param>
    /// <param name="path">Where to.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="options">What goes along; null for nothing.</param>
    /// <param name="found">Called with the length.</param>
    /// <param name="progress">Called with each number of bytes that has arrived.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="isSeen">The caller has just seen a file there.</param>
    public static ValueTask<StoreEntry> RunAsync(
        StoreCore store,
        string localFile,
        StorePath path,
        WriteMode mode,
        OpenWriteOptions? options,
        Action<long>? found,
        Action<long>? progress,
        CancellationToken cancellationToken,
        bool isSeen = false)
    {
        return new StoreGuard(StoreOperations.Upload, store.Root, path, e => LocalFaults.Of(e, localFile)).RunAsync(store, localFile, UploadAsync, cancellationToken);

        async ValueTask<StoreEntry> UploadAsync(StoreCore target, string source, CancellationToken stopping)
        {
            var handle = LocalFile.Open(source, out var facts, isSeen);
            using var closing = handle;
            found?.Invoke(facts.Length);
            options = FileTimes.Keep((options ?? new()) with { Length = facts.Length }, target, facts.Modified, facts.IsExecutable);
            if (facts.Length <= SmallFile && options is { ComputeSha256: false, ExpectedChecksum: null })
                return await UploadSmallAsync(handle, facts).ConfigureAwait(false);
            var write = await target.OpenWriteAsync(path, mode, options, stopping).ConfigureAwait(false);
            await using var writing = write.ConfigureAwait(false);
            // Closes with its handle: what is read last is whether the file has changed.
            var file = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            await using var reading = file.ConfigureAwait(false);
            await LocalVersion.RequireOneAsync(handle, source, facts, CopyAsync, stopping).ConfigureAwait(false);
            return await write.CompleteAsync(stopping).ConfigureAwait(false);

            async ValueTask CopyAsync()
            {
                if (await write.TryTakeFileAsync(handle, facts.Length, progress, stopping).ConfigureAwait(false))
                    return;
                await write.CopyFromAsync(file, progress, stopping).ConfigureAwait(false);
            }
        }

        async Task<StoreEntry> UploadSmallAsync(SafeFileHandle open, LocalFileFacts before)
        {
            // One byte more than there should be shows a file that has grown.
            var buffer = ArrayPool<byte>.Shared.Rent((int)before.Length + 1);
            try
            {
                var read = 0;
                for (int count; read <= before.Length && (count = RandomAccess.Read(open, buffer.AsSpan(read), read)) > 0;)
                    read += count;
                if (read != before.Length || LocalFile.FactsOf(open).IsChangedSince(before))
                    throw LocalVersion.Changed(localFile, null);
                var info = await store.WriteWholeAsync(path, mode, buffer.AsMemory(0, read), options, cancellationToken).ConfigureAwait(false);
                progress?.Invoke(read);
                return info;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
