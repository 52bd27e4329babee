using Cairn.Engine;
using Cairn.Errors;
using Cairn.Providers;
using Cairn.Reading;
using Cairn.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.LocalFiles;

/// <summary>
/// Downloads one file to a temporary file next to the target, which is renamed when it is complete and matches the CRC-32C of the store, if there is one.
/// </summary>
internal static class LocalFileDownload
{
    /// <summary>The length above which space is reserved before writing; for shorter files, that costs more than it saves.</summary>
    private const int ReservedLength = 1 << 20;

    public static async ValueTask<StoreEntry> RunAsync(
        StoreCore store, StorePath path, string target, WriteMode mode, string? ifMatch, Action<long>? found, Action<long>? progress, CancellationToken cancellationToken)
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
        return await new StoreGuard(StoreOperations.Download, store.Root, path, e => LocalFaults.Of(e, target)).RunAsync(source, read, ReceiveAsync, cancellationToken).ConfigureAwait(false);

        async ValueTask<StoreEntry> ReceiveAsync(PinnedFile pinned, StoreRead first, CancellationToken stopping)
        {
            var isThere = false;
            try
            {
                using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, first.Info.Length > ReservedLength
                    ? first.Info.Length : 0))
                {
                    isThere = true;
                    await RangedCopy.RunAsync(store, pinned, first, (data, at, ending) => WriteAsync(file, data, at, ending), progress, stopping).ConfigureAwait(false);
                }
                File.Move(temporary, target, overwrite: mode == WriteMode.Replace);
                isThere = false;
                return first.Info;
            }
            catch (IOException e) when (mode == WriteMode.CreateNew && e is not StoreException && Path.Exists(target))
            {
                throw Exists(e);
            }
            finally
            {
                if (isThere)
                    File.Delete(temporary);
            }
        }

        StoreException Exists(Exception? inner = null) =>
            new StoreException(StoreErrorCode.AlreadyExists, $"'{target}' already exists", inner).WithContext(StoreOperations.Download, store.GetUri(path));
    }

    /// <summary>
    /// On systems other than Windows, an asynchronous write is this one on another thread, whose processor does not have the bytes in its cache.
    /// </summary>
    private static ValueTask WriteAsync(SafeFileHandle file, ReadOnlyMemory<byte> data, long at, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return RandomAccess.WriteAsync(file, data, at, cancellationToken);
        RandomAccess.Write(file, data.Span, at);
        return ValueTask.CompletedTask;
    }
}
