namespace Cairn.Materializers;

/// <summary>Where a materializer puts the files of an artifact that is being saved.</summary>
/// <remarks>
/// Nothing is visible before the whole save has succeeded: a materializer that throws leaves nothing behind. Names are paths as <see cref="StorePath"/> has them;
/// a name that is used twice is an <see cref="ArgumentException"/>. For one caller at a time, and only until the save returns; streams of different files may be written in parallel.
/// </remarks>
public abstract class ArtifactWriter
{
    /// <summary>Begins a file.</summary>
    /// <param name="name">Its name in the artifact.</param>
    /// <param name="mediaType">Its media type; null for <see cref="ArtifactFile.Bytes"/>.</param>
    /// <returns>
    /// A stream that is written from first to last byte. The materializer disposes it, which ends the file; one that is still open when the save returns is an error. Small
    /// files stay in memory, larger ones go to where they will be; memory is bounded either way.
    /// </returns>
    public abstract Stream Create(StorePath name, string? mediaType = null);

    /// <summary>Gives a library that only knows files a full name to write a file at.</summary>
    /// <param name="name">Its name in the artifact; the local name has the same last part where the platform can hold it, since libraries go by extensions.</param>
    /// <param name="mediaType">Its media type; null for <see cref="ArtifactFile.Bytes"/>.</param>
    /// <returns>The full name of a file that is not there yet, in a folder that is. What is there when the save returns becomes the artifact's file; then it is deleted.</returns>
    public abstract string CreateLocalFile(StorePath name, string? mediaType = null);

    /// <summary>Adds a local file as it is. It is read before this returns, and stays.</summary>
    /// <param name="name">Its name in the artifact.</param>
    /// <param name="localFile">The local file.</param>
    /// <param name="mediaType">Its media type; null for <see cref="ArtifactFile.Bytes"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A task that ends when the file has been read.</returns>
    public abstract ValueTask AddLocalFileAsync(StorePath name, string localFile, string? mediaType = null, CancellationToken cancellationToken = default);

    /// <summary>Writes a file whose content can be had more than once, such as that of an array in memory: where it is stored already, nothing of it is written.</summary>
    /// <param name="name">Its name in the artifact.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="write">Writes the whole content to the stream that it gets, from first to last byte. Called once or twice, never at the same time, and each time it must write the same.</param>
    /// <param name="mediaType">Its media type; null for <see cref="ArtifactFile.Bytes"/>.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>A task that ends when the file is written.</returns>
    public virtual async ValueTask WriteRepeatableAsync(
        StorePath name, long length, Func<Stream, CancellationToken, ValueTask> write, string? mediaType = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var stream = Create(name, mediaType);
        await using var ending = stream.ConfigureAwait(false);
        await write(stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes a fact about the value that only saving tells, such as the number of rows that were streamed; like <see cref="Materializer.ExtractMetadata"/> otherwise.</summary>
    /// <param name="key">The fact's name; a second note under one name replaces the first.</param>
    /// <param name="value">The fact. It must follow from the content alone: equal values are to give equal artifacts.</param>
    public abstract void Describe(string key, string value);
}
