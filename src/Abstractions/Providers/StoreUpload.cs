using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers;

/// <summary>A write in progress: parts, then completion. Disposal without completion aborts the write.</summary>
/// <remarks>
/// <para>
/// <para>The façade splits the content into parts of the size returned by <see cref="GetPartSize"/> and passes all parts except the last to <see
/// cref="WritePartAsync"/>, up to <see cref="MaxParallelParts"/> concurrently and in any order; if only one is allowed at a time, in order. The last part is
/// passed to <see cref="CompleteAsync"/>, so a file with a single part needs one call.</para>
/// </para>
/// <para>
/// <para>Each part is written once, and again only by a retry after a failure. The memory of a part can be reused when its task completes.</para>
/// </para>
/// </remarks>
public abstract class StoreUpload : IAsyncDisposable
{
    /// <summary>Gets the maximum number of parts that can be written concurrently; at least 1.</summary>
    public virtual int MaxParallelParts => 1;

    /// <summary>Gets whether parts can have any size: the façade then passes the caller's memory on without a copy if possible.</summary>
    public virtual bool AcceptsAnyPartSize => false;

    /// <summary>
    /// Returns the size in bytes of part <paramref name="number"/> (starting at 0), for every part except the last. It may increase with the number.
    /// </summary>
    public abstract int GetPartSize(int number);

    /// <summary>Writes one part that is not the last. Nothing becomes visible.</summary>
    public abstract ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken);

    /// <summary>
    /// Copies a whole local file as the content with a system call, without transferring its bytes through this process. Called at most once, before any
    /// part. Only <see cref="CompleteAsync"/> follows, with an empty last part at the end of the file.
    /// </summary>
    /// <param name="file">The file, open for reading. The caller owns it.</param>
    /// <param name="length">The length of the file in bytes.</param>
    /// <param name="progress">Receives the number of bytes transferred since the last call. Optional.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>false if the driver does not support this: nothing has happened, and the content is written in parts.</returns>
    public virtual ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken) => new(false);

    /// <summary>
    /// Writes the last part, which can be empty, and publishes the file under the condition of the request. On return, the file is completely visible, and
    /// durable as far as the store guarantees it.
    /// </summary>
    /// <remarks>
    /// If it throws, either nothing is visible or the response was lost. It can then be called again with the same part, and a driver recognizes its own
    /// success. Once the publication has begun, cancellation may have no effect.
    /// </remarks>
    /// <returns>The metadata of the written file.</returns>
    /// <exception cref="StoreException">AlreadyExists, PreconditionFailed, PathConflict, and other errors of the store.</exception>
    public abstract ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken);

    /// <summary>
    /// After completion, releases resources. Before completion, aborts the write: the old content is kept and nothing remains staged. It throws no exception
    /// that would hide another one, and can be called twice.
    /// </summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>One part of an upload.</summary>
/// <param name="Number">The number, starting at 0.</param>
/// <param name="Offset">The position in the file, in bytes.</param>
/// <param name="Data">The content.</param>
public readonly record struct UploadPart(int Number, long Offset, ReadOnlyMemory<byte> Data);
