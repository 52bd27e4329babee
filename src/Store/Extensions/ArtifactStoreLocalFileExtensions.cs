using Cairn.Errors;
using Cairn.LocalFiles;
using Cairn.Providers;
using Cairn.Transfers;

namespace Cairn;

/// <summary>Between a store and local files and folders. Errors name the store's address, also when the local side failed.</summary>
public static class ArtifactStoreLocalFileExtensions
{
    /// <summary>Uploads a local file.</summary>
    /// <param name="store">The store to write.</param>
    /// <param name="localFile">The local file.</param>
    /// <param name="path">Where to.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="options">What goes along; null for nothing.</param>
    /// <param name="progress">Receives the progress; optional.</param>
    /// <param name="cancellationToken">Cancels the upload; the target is then as it was, or whole.</param>
    /// <returns>The facts of what was written.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when the local file is not there, <see cref="StoreErrorCode.PathConflict"/> when it is a pipe, a socket or a device, <see cref="StoreErrorCode.PreconditionFailed"/> when it changed while it was read, and whatever the write fails with.</exception>
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

    /// <summary>Downloads a file. The local file appears whole, under its name, or not at all.</summary>
    /// <param name="store">The store to read.</param>
    /// <param name="path">The file.</param>
    /// <param name="localFile">Where to; its folder must be there.</param>
    /// <param name="mode"><see cref="WriteMode.CreateNew"/> or <see cref="WriteMode.Replace"/>.</param>
    /// <param name="progress">Receives the progress; optional.</param>
    /// <param name="cancellationToken">Cancels the download; nothing of it stays.</param>
    /// <returns>The facts of the version that was downloaded. Large remote files come in several ranges at once, all of that version.</returns>
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

    /// <summary>Uploads a local folder with all that is below it, empty folders too where the store has directories.</summary>
    /// <param name="store">The store to write.</param>
    /// <param name="localFolder">The local folder. What becomes of links below it, <see cref="TransferOptions.Links"/> says; a pipe, socket or device is a failure, unless excluded.</param>
    /// <param name="path">The directory that it becomes; what is there already and is not in the folder stays.</param>
    /// <param name="options">Mode, filters, parallelism, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the upload; what has arrived stays.</param>
    /// <returns>What was uploaded.</returns>
    /// <exception cref="BatchFailedException">Some entries could not be uploaded; the others are. It has each failure, and the result.</exception>
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
            source.FindAsync(cancellationToken), (item, progress, stopping) => source.CopyAsync(item, store.Core, path / item.Path, transfer.Mode, progress, stopping), log, cancellationToken).ConfigureAwait(false);
        // A folder that holds nothing goes up as a directory that holds nothing.
        if (result.Files + result.Directories == 0 && store.Capabilities.Directories != DirectoryKind.None)
            await store.MakeDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
        return result;
    }

    /// <summary>Downloads a directory with all that is below it into a local folder. Each file appears whole, under its name, or not at all.</summary>
    /// <param name="store">The store to read.</param>
    /// <param name="path">The directory.</param>
    /// <param name="localFolder">The local folder; made when it is not there. Nothing is written outside it: symbolic links below it are not followed.</param>
    /// <param name="options">Mode, filters, parallelism, progress; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the download; what has arrived stays.</param>
    /// <returns>What was downloaded.</returns>
    /// <exception cref="BatchFailedException">
    /// Some entries could not be downloaded, for example because this platform cannot hold their name; the others are. It has each failure, and the result.
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

    /// <summary>Gives a library that only knows files a temporary local copy of a file.</summary>
    /// <param name="store">The store to read.</param>
    /// <param name="path">The file.</param>
    /// <param name="use">Gets the copy's full name, whose last part is the file's own name where the platform can hold it. May change the copy; the store's file stays.</param>
    /// <param name="cancellationToken">Cancels the download, and is passed on.</param>
    /// <returns>What <paramref name="use"/> returns. The copy is deleted in every case.</returns>
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

    /// <summary>Gives a library that only knows files a temporary local copy of a file.</summary>
    /// <param name="store">The store to read.</param>
    /// <param name="path">The file.</param>
    /// <param name="use">Gets the copy's full name, whose last part is the file's own name where the platform can hold it. May change the copy; the store's file stays.</param>
    /// <param name="cancellationToken">Cancels the download, and is passed on.</param>
    /// <returns>A task that ends when <paramref name="use"/> has and the copy is deleted, in every case.</returns>
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

    /// <summary>Lets a library that only knows files write a temporary local file, and then uploads it.</summary>
    /// <param name="store">The store to write.</param>
    /// <param name="path">Where to.</param>
    /// <param name="mode">On what condition of the target.</param>
    /// <param name="create">Gets the full name of a file that is not there yet, and writes it. When it throws, nothing is uploaded.</param>
    /// <param name="options">What goes along; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the upload, and is passed on.</param>
    /// <returns>The facts of what was written. The temporary file is deleted in every case.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when <paramref name="create"/> has written no file.</exception>
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
