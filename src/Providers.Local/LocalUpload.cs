using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers.Local;

/// <summary>A write in progress: parts are written at their position in a staged file, and completion publishes the file.</summary>
/// <remarks>The disk is not accessed before the first part, so a file with one part needs a single switch to another thread.</remarks>
internal sealed class LocalUpload(LocalTree tree, UploadRequest request, byte[]? attributes) : StoreUpload
{
    private const int PartSize = 1 << 20, AtOnce = 64 << 10;

    private readonly Lock _staging = new();
    private LocalStagedFile? _staged;
    private bool _disposed;

    /// <inheritdoc/>
    public override int MaxParallelParts => 2;

    /// <inheritdoc/>
    public override bool AcceptsAnyPartSize => true;

    /// <inheritdoc/>
    public override int GetPartSize(int number) => PartSize;

    /// <inheritdoc/>
    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken) =>
        await BlockingWork.RunAsync(
            () =>
            {
                Staged().Write(part.Data.Span, part.Offset);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken) =>
        await BlockingWork.RunAsync(
            () =>
            {
                tree.FileSystem.Copy(file, Staged(reserve: false).Handle, length, progress, cancellationToken);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        // Without waiting for the device, writing a small file takes less time than starting another thread, and many threads that write to one directory
        // only wait for each other.
        if (!tree.Flushes && last.Offset == 0 && last.Data.Length <= AtOnce)
            return Complete(last, cancellationToken);
        return await BlockingWork.RunAsync(() => Complete(last, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        LocalStagedFile? staged;
        lock (_staging)
        {
            _disposed = true;
            (staged, _staged) = (_staged, null);
        }
        if (staged is null or { IsDisposed: true })
            return;
        await BlockingWork.RunAsync(
            () =>
            {
                staged.Dispose();
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    private StoreEntry Complete(UploadPart last, CancellationToken cancellationToken)
    {
        var staged = Staged(isLast: true);
        if (!staged.IsSealed)
        {
            if (last.Data.Length > 0)
                staged.Write(last.Data.Span, last.Offset);
            var length = last.Offset + last.Data.Length;
            if (request.Length > length)
                tree.FileSystem.Truncate(staged.Handle, length);
            if (attributes is not null)
                tree.FileSystem.WriteAttributes(staged.Handle, attributes);
            if (request.IsExecutable)
                tree.FileSystem.MakeExecutable(staged.Handle);
            staged.Seal(request.Modified);
        }
        var facts = staged.Publish(request.Mode, cancellationToken);
        // Disposal then need not switch to another thread to close it.
        staged.Dispose();
        return LocalTree.Describe(request.Path, facts, attributes);
    }

    private LocalStagedFile Staged(bool reserve = true, bool isLast = false)
    {
        lock (_staging)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_staged is not null)
                return _staged;
            var staged = LocalStagedFile.Create(tree, request.Path, request.Mode, isPublishedAtOnce: isLast);
            try
            {
                if (reserve && request.Length > PartSize)
                    tree.FileSystem.Reserve(staged.Handle, request.Length.Value);
                return _staged = staged;
            }
            catch
            {
                staged.Dispose();
                throw;
            }
        }
    }
}
