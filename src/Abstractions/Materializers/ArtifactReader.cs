namespace Cairn.Materializers;

/// <summary>The files of a saved artifact, each read only when it is asked for, and checked against its digest.</summary>
/// <remarks>For one caller at a time; the streams that it opens are independent of each other. Disposing it deletes the local copies that it made.</remarks>
public abstract class ArtifactReader : IAsyncDisposable
{
    /// <summary>The files, in the order in which the materializer wrote them.</summary>
    public abstract IReadOnlyList<ArtifactFile> Files { get; }

    /// <summary>The id of the materializer that wrote it.</summary>
    public abstract string MaterializerId { get; }

    /// <summary>The <see cref="Materializer.FormatVersion"/> with which it was written.</summary>
    public abstract int FormatVersion { get; }

    /// <summary>What the materializer noted of the value when it was saved.</summary>
    public abstract IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>The file, where there is exactly one: what a format of a single file reads, whatever its name.</summary>
    /// <exception cref="MaterializationException">There is none, or there are several.</exception>
    public ArtifactFile Single => Files.Count == 1
        ? Files[0]
        : throw new MaterializationException(MaterializerId, $"it should have one file and has {Files.Count}");

    /// <summary>Opens a file for reading from first to last byte.</summary>
    /// <param name="name">The file.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>
    /// A stream that the caller disposes. The read that reaches the end fails with <see cref="StoreErrorCode.IntegrityFailure"/> when the bytes are not those of the digest. What a
    /// materializer has not read to the end is read on and checked after it returns and before the value is handed out.
    /// </returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/> when the artifact has no such file, or its bytes are missing.</exception>
    public abstract ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default);

    /// <summary>Opens a file for a value that reads it later by itself, such as a stream or a lazy sequence. The value owns the stream, and its last read does the check.</summary>
    /// <param name="name">The file.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A stream as from <see cref="OpenAsync"/>, that nobody else reads on or closes.</returns>
    public abstract ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default);

    /// <summary>Opens a part of a file, for a format that is not read from first to last byte.</summary>
    /// <param name="name">The file.</param>
    /// <param name="range">Which bytes; they must be there.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>
    /// A stream of these bytes alone, from first to last, that nobody else reads on or closes. It may be opened after a load has ended. Nothing compares a part with the digest, which is that of the
    /// whole file: a materializer that reads parts keeps digests of the parts in a file of its own, and compares them.
    /// </returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.RangeNotSatisfiable"/> when the file is shorter; what <see cref="OpenAsync"/> fails with.</exception>
    public virtual async ValueTask<Stream> OpenRangeAsync(StorePath name, ByteRange range, CancellationToken cancellationToken = default)
    {
        var file = Files.FirstOrDefault(f => f.Name == name);
        if (file is not null && range.Offset + (range.Length ?? 0) > file.Length)
            throw new StoreException(StoreErrorCode.RangeNotSatisfiable, $"'{name}' has {file.Length} bytes, and {range.Length} from {range.Offset} on were asked for");
        var stream = await OpenDetachedAsync(name, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PartStream.FromAsync(stream, range, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives a library that only knows files a local copy, which is checked first.</summary>
    /// <param name="name">The file.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <returns>The copy's full name; its last part is the file's own where the platform can hold it. It is deleted when the reader is disposed, which after a load is at once.</returns>
    public abstract ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
