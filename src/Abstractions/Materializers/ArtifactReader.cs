namespace Cairn.Materializers;

/// <summary>Provides the files of a saved artifact. Each file is read on demand and checked against its digest.</summary>
/// <remarks>Not thread-safe, but the streams that it opens are independent of each other. Disposal deletes the local copies that it created.</remarks>
public abstract class ArtifactReader : IAsyncDisposable
{
    /// <summary>Gets the files in the order in which the materializer wrote them.</summary>
    public abstract IReadOnlyList<ArtifactFile> Files { get; }

    /// <summary>Gets the id of the materializer that wrote the artifact.</summary>
    public abstract string MaterializerId { get; }

    /// <summary>Gets the <see cref="Materializer.FormatVersion"/> with which the artifact was written.</summary>
    public abstract int FormatVersion { get; }

    /// <summary>Gets the metadata that the materializer recorded when the value was saved.</summary>
    public abstract IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>Gets the only file. Used by formats with a single file of any name.</summary>
    /// <exception cref="MaterializationException">The artifact has no files or several files.</exception>
    public ArtifactFile Single => Files.Count == 1
        ? Files[0]
        : throw new MaterializationException(MaterializerId, $"it must have exactly one file, but has {Files.Count}");

    /// <summary>Opens a file for sequential reading.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>
    /// A stream that the caller disposes. If the content does not match the digest, the read that reaches the end fails with <see
    /// cref="StoreErrorCode.IntegrityFailure"/>. If a materializer does not read a file to the end, the rest is read and checked after it returns, before
    /// the value is returned to the caller.
    /// </returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the artifact has no such file, or its content is missing.</exception>
    public abstract ValueTask<Stream> OpenAsync(StorePath name, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a file for a value that reads it later, such as a stream or a lazy sequence. The value owns the stream; its last read performs the check.
    /// </summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>A stream as returned by <see cref="OpenAsync"/>, which the reader neither reads nor closes.</returns>
    public abstract ValueTask<Stream> OpenDetachedAsync(StorePath name, CancellationToken cancellationToken = default);

    /// <summary>Opens a part of a file, for formats that are not read sequentially.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="range">The range of bytes, which must exist.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>
    /// A sequential stream of these bytes, which the reader neither reads nor closes. It can be opened after a load has ended. The part is not checked,
    /// because the digest applies to the whole file: a materializer that reads parts stores digests of the parts in a separate file and compares them.
    /// </returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.RangeNotSatisfiable"/>: the file is shorter. Also the errors of <see
    /// cref="OpenAsync"/>.</exception>
    public virtual async ValueTask<Stream> OpenRangeAsync(StorePath name, ByteRange range, CancellationToken cancellationToken = default)
    {
        var file = Files.FirstOrDefault(f => f.Name == name);
        if (file is not null && range.Offset + (range.Length ?? 0) > file.Length)
            throw new StoreException(StoreErrorCode.RangeNotSatisfiable, $"'{name}' has {file.Length} bytes, but {range.Length} bytes from offset {range.Offset} were requested");
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

    /// <summary>Creates a local copy of a file, for libraries that can only read local files. The copy is checked first.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="cancellationToken">Cancels the copying.</param>
    /// <returns>The full path of the copy. It ends with the name of the file if the platform supports it. The copy is deleted when the reader is disposed,
    /// which after a load happens immediately.</returns>
    public abstract ValueTask<string> GetLocalFileAsync(StorePath name, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
