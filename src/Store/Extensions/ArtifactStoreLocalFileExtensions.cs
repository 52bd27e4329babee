using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Providers;
using Cairn.Transfers;

namespace Cairn;

/// <summary>
/// Extension methods for transfers between a store and local files and folders. Errors name the URI in the store, also if the local side failed.
/// </summary>
public static class ArtifactStoreLocalFileExtensions
{
    /// <summary>Uploads a local file.</summary>
    /// <param name="store">The target store.</param>
    /// <param name="localFile">The local file.</param>
    /// <param name="path">The target path.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="options">Content type, metadata and other properties of the file. Optional.</param>
    /// <param name="progress">Receives the progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the upload; the target is then either unchanged or complete.</param>
    /// <returns>The metadata of the written file.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when the local file is not there, <see cref="StoreErrorCode.PathConflict"/> when
    /// it is a pipe, a socket or a device, <see cref="StoreErrorCode.PreconditionFailed"/> when it changed while it was read, and whatever the write fails
    /// with.</exception>
    public static async Task<StoreEntry> UploadFileAsync(
        this ArtifactStore store,
        string localFile,
        StorePath path,
        WriteMode mode,
        OpenWriteOptions? options = null,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        store.Core.Enter(cancellationToken);
        var meter = new TransferMeter(progress, store.Options.TimeProvider);
        var info = await LocalFileUpload.RunAsync(store.Core, localFile, path, mode, options, meter.FoundOnly, meter.Moved, cancellationToken).ConfigureAwait(false);
        meter.FileDone();
        meter.Done();
        return info;
    }

    /// <summary>Downloads a file. The local file appears complete under its name, or not at all.</summary>
    /// <param name="store">The source store.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="localFile">The local file; its folder must exist.</param>
    /// <param name="mode"><see cref="WriteMode.CreateNew"/> or <see cref="WriteMode.Replace"/>.</param>
    /// <param name="progress">Receives the progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the download; nothing remains.</param>
    /// <returns>The metadata of the downloaded version. Large remote files are downloaded in several ranges in parallel, all of that version.</returns>
    public static async Task<StoreEntry> DownloadFileAsync(
        this ArtifactStore store,
        StorePath path,
        string localFile,
        WriteMode mode,
        IProgress<TransferProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        var meter = new TransferMeter(progress, store.Options.TimeProvider);
        var info = await LocalFileDownload.RunAsync(store.Core, path, localFile, mode, null, meter.FoundOnly, meter.Moved, cancellationToken).ConfigureAwait(false);
        meter.FileDone();
        meter.Done();
        return info;
    }

    /// <summary>Uploads a local folder with its content, including empty folders if the store supports directories.</summary>
    /// <param name="store">The target store.</param>
    /// <param name="localFolder">The local folder. <see cref="TransferOptions.Links"/> determines the handling of links below it. A pipe, socket or device
    /// is a failure unless it is excluded.</param>
    /// <param name="path">The target directory. Existing entries that are not in the folder are kept.</param>
    /// <param name="options">The mode, filters, parallelism and progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the upload; files that have been uploaded are kept.</param>
    /// <returns>The number and size of the uploaded files.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be uploaded; the others were. The exception contains each failure and the
    /// result.</exception>
    public static async Task<TransferResult> UploadDirectoryAsync(
        this ArtifactStore store, string localFolder, StorePath path = default, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        var transfer = new TreeTransfer(options, store.Options);
        store.Core.Enter(cancellationToken);
        var log = transfer.Begin(StoreOperations.Upload, StoreUri.FromLocalPath(localFolder));
        var source = new LocalSource(localFolder, transfer.Links, log.Unlisted);
        var result = await transfer.RunAsync(
            source.FindAsync(cancellationToken), (item, progress, stopping) =>
                source.CopyAsync(item, store.Core, path / item.Path, transfer.Mode, progress, stopping), log, cancellationToken).ConfigureAwait(false);
        // An empty folder is uploaded as an empty directory.
        if (result.Files + result.Directories == 0 && store.Capabilities.Directories != DirectoryKind.None)
            await store.MakeDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>Downloads a directory with its content to a local folder. Each file appears complete under its name, or not at all.</summary>
    /// <param name="store">The source store.</param>
    /// <param name="path">The path of the directory.</param>
    /// <param name="localFolder">The local folder, which is created if it does not exist. Nothing is written outside it: symbolic links below it are not
    /// followed.</param>
    /// <param name="options">The mode, filters, parallelism and progress. Optional.</param>
    /// <param name="cancellationToken">Cancels the download; files that have been downloaded are kept.</param>
    /// <returns>The number and size of the downloaded files.</returns>
    /// <exception cref="BatchFailedException">
    /// Some entries could not be downloaded, for example because this platform does not support their name; the others were. The exception contains each
    /// failure and the result.
    /// </exception>
    public static async Task<TransferResult> DownloadDirectoryAsync(
        this ArtifactStore store, StorePath path, string localFolder, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(localFolder);
        var transfer = new TreeTransfer(options, store.Options);
        if (!await store.IsDirectoryAsync(path, cancellationToken).ConfigureAwait(false))
            throw store.Core.Missing(StoreOperations.Download, path);
        var target = new LocalTarget(localFolder, store);
        var log = transfer.Begin(StoreOperations.Download, store.GetUri(path));
        return await transfer.RunAsync(new StoreSource(store.Core, path, log.Unlisted).FindAsync(cancellationToken), DownloadOneAsync, log, cancellationToken).ConfigureAwait(false);

        async ValueTask DownloadOneAsync(TransferItem item, Action<long> progress, CancellationToken stopping)
        {
            if (item.IsDirectory)
                target.MakeDirectory(item.Path, path / item.Path);
            else
            {
                var file = target.PlaceFile(item.Path, path / item.Path);
                await LocalFileDownload.RunAsync(store.Core, path / item.Path, file, transfer.Mode, item.ETag, null, progress, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Provides a temporary local copy of a file, for libraries that can only read local files.</summary>
    /// <param name="store">The source store.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="use">Receives the full path of the copy, which ends with the name of the file if the platform supports it. It can change the copy; the
    /// file in the store is not affected.</param>
    /// <param name="cancellationToken">Cancels the download, and is passed on.</param>
    /// <returns>The result of <paramref name="use"/>. The copy is always deleted.</returns>
    public static async Task<T> UseLocalFileAsync<T>(
        this ArtifactStore store, StorePath path, Func<string, CancellationToken, Task<T>> use, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(use);
        using var folder = new TemporaryFolder();
        var file = folder.FileFor(path);
        await LocalFileDownload.RunAsync(store.Core, path, file, WriteMode.CreateNew, null, null, null, cancellationToken).ConfigureAwait(false);
        return await use(file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Provides a temporary local copy of a file, for libraries that can only read local files.</summary>
    /// <param name="store">The source store.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="use">Receives the full path of the copy, which ends with the name of the file if the platform supports it. It can change the copy; the
    /// file in the store is not affected.</param>
    /// <param name="cancellationToken">Cancels the download, and is passed on.</param>
    /// <returns>A task that completes when <paramref name="use"/> has completed and the copy is deleted.</returns>
    public static Task UseLocalFileAsync(this ArtifactStore store, StorePath path, Func<string, CancellationToken, Task> use, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(use);
        return store.UseLocalFileAsync(
            path,
            async (file, stopping) =>
            {
                await use(file, stopping).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Lets a library that can only write local files create a temporary file, and uploads it.</summary>
    /// <param name="store">The target store.</param>
    /// <param name="path">The target path.</param>
    /// <param name="mode">The condition on the target.</param>
    /// <param name="create">Receives the full path of a file that does not exist, and creates it. If it throws, nothing is uploaded.</param>
    /// <param name="options">Content type, metadata and other properties of the file. Optional.</param>
    /// <param name="cancellationToken">Cancels the upload, and is passed on.</param>
    /// <returns>The metadata of the written file. The temporary file is always deleted.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: <paramref name="create"/> has not created the file.</exception>
    public static async Task<StoreEntry> CreateFromLocalFileAsync(
        this ArtifactStore store,
        StorePath path,
        WriteMode mode,
        Func<string, CancellationToken, Task> create,
        OpenWriteOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(create);
        store.Core.Enter(cancellationToken);
        using var folder = new TemporaryFolder();
        var file = folder.FileFor(path);
        await create(file, cancellationToken).ConfigureAwait(false);
        return await LocalFileUpload.RunAsync(store.Core, file, path, mode, options, null, null, cancellationToken).ConfigureAwait(false);
    }
}
