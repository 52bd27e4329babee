using System.Buffers;
using Cairn.Engine;
using Cairn.Errors;
using Cairn.Transfers;
using Cairn.Writing;
using Microsoft.Win32.SafeHandles;

namespace Cairn.LocalFiles;

/// <summary>Uploads one local file.</summary>
internal static class LocalFileUpload
{
    /// <summary>The maximum length of a file that is read synchronously: that takes less time than another thread takes to begin.</summary>
    private const int SmallFile = 64 << 10;

    /// <summary>Uploads a file, and fails if it changes while it is read.</summary>
    /// <param name="store">The target store.</param>
    /// <param name="localFile">The file; a link is followed.</param>
    /// <param name="path">The target path.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="options">Properties of the file. Optional.</param>
    /// <param name="found">Called with the length.</param>
    /// <param name="progress">Called with the number of bytes of each completed piece.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="isSeen">true if the caller has just found a file at the path.</param>
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
            // An additional byte shows that the file has grown.
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
