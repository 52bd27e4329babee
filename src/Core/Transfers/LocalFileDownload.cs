using Cairn.Errors;
using Cairn.Providers;
using Microsoft.Win32.SafeHandles;

namespace Cairn.Transfers;

/// <summary>Downloads one file: into a temporary file beside the target, which takes its name when it is whole.</summary>
internal static class LocalFileDownload
{
    /// <summary>Files above this come in several ranges at once, where the driver's content cannot seek.</summary>
    public const int RangeLength = 16 << 20;

    private const int BufferLength = 1 << 20;

    public static async ValueTask<ArtifactInfo> RunAsync(
        ArtifactStore store, ArtifactPath path, string target, WriteMode mode, string? ifMatch, Action<long>? found, Action<long>? progress, CancellationToken cancellationToken)
    {
        if (mode.Kind is not (WriteModes.CreateNew or WriteModes.Replace))
            throw new ArgumentException("A local file is written with WriteMode.CreateNew or WriteMode.Replace.", nameof(mode));
        target = Path.GetFullPath(target);
        store.Enter(cancellationToken);
        if (mode == WriteMode.CreateNew && Path.Exists(target))
            throw Exists();
        var read = await store.OpenReadAsync(path, OpenReadOptions.ForCopy(ifMatch, new ByteRange(0, RangeLength)), cancellationToken).ConfigureAwait(false);
        await using var reading = read.ConfigureAwait(false);
        found?.Invoke(read.Info.Length);
        var temporary = Path.Join(Path.GetDirectoryName(target), $".{Guid.NewGuid():N}.cairn-tmp");
        var isThere = false;
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous, read.Info.Length))
            {
                isThere = true;
                await CopyRangeAsync(read, file, 0, progress, cancellationToken).ConfigureAwait(false);
                await CopyRestAsync(store, path, read, file, progress, cancellationToken).ConfigureAwait(false);
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

    private static async Task CopyRestAsync(
        ArtifactStore store, ArtifactPath path, ArtifactReadStream first, SafeFileHandle file, Action<long>? progress, CancellationToken cancellationToken)
    {
        var length = first.Info.Length;
        if (length <= RangeLength)
            return;
        if (first.IsLocal || first.Info.ETag is null)
        {
            var rest = await store.OpenReadAsync(path, OpenReadOptions.ForCopy(first.Info.ETag, new ByteRange(RangeLength)), cancellationToken).ConfigureAwait(false);
            await using var disposing = rest.ConfigureAwait(false);
            await CopyRangeAsync(rest, file, RangeLength, progress, cancellationToken).ConfigureAwait(false);
            return;
        }
        var options = new ParallelOptions { MaxDegreeOfParallelism = store.Options.PartParallelism, CancellationToken = cancellationToken };
        await Parallel.ForAsync(1, (length + RangeLength - 1) / RangeLength, options, async (part, stopping) =>
        {
            var range = new ByteRange(part * RangeLength, RangeLength);
            var read = await store.OpenReadAsync(path, OpenReadOptions.ForCopy(first.Info.ETag, range), stopping).ConfigureAwait(false);
            await using var disposing = read.ConfigureAwait(false);
            await CopyRangeAsync(read, file, range.Offset, progress, stopping).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static async Task CopyRangeAsync(ArtifactReadStream read, SafeFileHandle file, long at, Action<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Clamp(read.Length, 1, BufferLength));
        try
        {
            while (await read.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
            {
                await RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), at, cancellationToken).ConfigureAwait(false);
                at += count;
                progress?.Invoke(count);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
