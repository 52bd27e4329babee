using Microsoft.Win32.SafeHandles;

namespace Cairn.Providers;

/// <summary>A write in progress: parts, then completion. Disposal without completion aborts.</summary>
/// <remarks>
/// <para>The façade cuts the stream into parts of the size that <see cref="GetPartSize"/> asks for, and hands all but the last to <see cref="WritePartAsync"/>, at most
/// <see cref="MaxParallelParts"/> at once and in any order; with one at once, in order. The last goes to <see cref="CompleteAsync"/>: a file that fits into one part is one call.</para>
/// <para>Each part is written at most once, and again only by a retry after a failure. A part's memory belongs to the caller again when its task ends.</para>
/// </remarks>
public abstract class StoreUpload : IAsyncDisposable
{
    /// <summary>How many parts may be written at the same time; at least 1.</summary>
    public virtual int MaxParallelParts => 1;

    /// <summary>True when parts may have any size: the façade then passes the caller's own memory on, without a copy, where it can.</summary>
    public virtual bool AcceptsAnyPartSize => false;

    /// <summary>The size in bytes of part <paramref name="number"/> (counted from 0), for every part but the last. It may grow with the number.</summary>
    public abstract int GetPartSize(int number);

    /// <summary>Writes one part that is not the last. Nothing becomes visible.</summary>
    public abstract ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a whole local file as the content, by the system's own copy, so that its bytes do not pass through this process. Called at most once, before any part; after it only
    /// <see cref="CompleteAsync"/> follows, with an empty last part at the file's end.
    /// </summary>
    /// <param name="file">The file, open for reading; it stays the caller's.</param>
    /// <param name="length">Its length.</param>
    /// <param name="progress">Called with the number of bytes that have arrived since the last call; optional.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>False when the driver has no such copy: nothing has happened, and the content comes in parts.</returns>
    public virtual ValueTask<bool> TryTakeFileAsync(SafeFileHandle file, long length, Action<long>? progress, CancellationToken cancellationToken) => new(false);

    /// <summary>
    /// Writes the last part, possibly empty, and publishes the file under the request's condition. On return the file is visible whole, and durable as far as
    /// the store promises it.
    /// </summary>
    /// <remarks>
    /// When it throws, nothing is visible, or (a lost answer) it may be called again with the same part; a driver recognises its own success then. Once it has begun,
    /// cancellation may come too late.
    /// </remarks>
    /// <returns>The facts of what was written.</returns>
    /// <exception cref="StoreException">AlreadyExists, PreconditionFailed, PathConflict, and whatever the store says.</exception>
    public abstract ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken);

    /// <summary>
    /// After completion: releases. Before: aborts, so that the old content stays and nothing remains staged; it throws nothing that would hide the exception
    /// under way, and is safe to call twice.
    /// </summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>One part of an upload.</summary>
/// <param name="Number">Counted from 0.</param>
/// <param name="Offset">Where it begins in the file, in bytes.</param>
/// <param name="Data">Its bytes.</param>
public readonly record struct UploadPart(int Number, long Offset, ReadOnlyMemory<byte> Data);
