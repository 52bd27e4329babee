namespace Cairn.Materializers;

/// <summary>Receives the files of an artifact during a save.</summary>
/// <remarks>
/// Nothing is visible until the whole save has succeeded: if a materializer throws, nothing remains. Names are valid <see cref="StorePath"/> values; using a
/// name twice throws an <see cref="ArgumentException"/>. Not thread-safe, and valid only until the save returns; streams of different files can be written
/// in parallel.
/// </remarks>
public abstract class ArtifactWriter
{
    /// <summary>Creates a file.</summary>
    /// <param name="name">The name in the artifact.</param>
    /// <param name="mediaType">The media type. Default: <see cref="ArtifactFile.Bytes"/>.</param>
    /// <returns>
    /// A stream for sequential writing. The materializer disposes it, which completes the file; a stream that is still open when the save returns is an
    /// error. Small files are kept in memory, and larger files are written to the store; memory use is bounded in both cases.
    /// </returns>
    public abstract Stream Create(StorePath name, string? mediaType = null);

    /// <summary>Returns a path at which a library that can only write local files can create a file.</summary>
    /// <param name="name">The name in the artifact. The local file has the same name if the platform supports it, because libraries depend on
    /// extensions.</param>
    /// <param name="mediaType">The media type. Default: <see cref="ArtifactFile.Bytes"/>.</param>
    /// <returns>The full path of a file that does not exist, in a folder that exists. When the save returns, the file becomes part of the artifact and the
    /// local file is deleted.</returns>
    public abstract string CreateLocalFile(StorePath name, string? mediaType = null);

    /// <summary>Adds an existing local file. It is read before this method returns, and is not deleted.</summary>
    /// <param name="name">The name in the artifact.</param>
    /// <param name="localFile">The local file.</param>
    /// <param name="mediaType">The media type. Default: <see cref="ArtifactFile.Bytes"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A task that completes when the file has been read.</returns>
    public abstract ValueTask AddLocalFileAsync(StorePath name, string localFile, string? mediaType = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes a file whose content can be generated repeatedly, such as an array in memory. If the content is already stored, it is not written again.
    /// </summary>
    /// <param name="name">The name in the artifact.</param>
    /// <param name="length">The length in bytes.</param>
    /// <param name="write">Writes the whole content to a stream sequentially. It is called once or twice, never concurrently, and must write the same
    /// content each time.</param>
    /// <param name="mediaType">The media type. Default: <see cref="ArtifactFile.Bytes"/>.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that completes when the file is written.</returns>
    public virtual async ValueTask WriteRepeatableAsync(
        StorePath name, long length, Func<Stream, CancellationToken, ValueTask> write, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var stream = Create(name, mediaType);
        await using var ending = stream.ConfigureAwait(false);
        await write(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Records metadata that is known only after writing, such as the number of streamed rows. Otherwise like <see cref="Materializer.ExtractMetadata"/>.
    /// </summary>
    /// <param name="key">The name. A second value with the same name replaces the first.</param>
    /// <param name="value">The value. It must depend only on the content, so that equal values give equal artifacts.</param>
    public abstract void Describe(string key, string value);
}
