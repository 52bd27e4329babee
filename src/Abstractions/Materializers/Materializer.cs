namespace Cairn.Materializers;

/// <summary>
/// Base class for materializers: converts values of some types to the files of an artifact, and back. To support one type, derive from <see
/// cref="Materializer{T}"/>.
/// </summary>
/// <remarks>
/// <para>
/// <para>A materializer is used by many callers concurrently, so it must not keep state of a save or load. Stored text never selects code: a manifest
/// contains an id and a format version, and the program that registers the materializer determines their meaning. A materializer must follow the same rule
/// and never look up a type by a stored name.</para>
/// </para>
/// <para><para>Equal values should give equal bytes, without times or a random order. A value that is saved again is then stored only once.</para></para>
/// <para>
/// <para>Errors: invalid files are a <see cref="MaterializationException"/>, and other exceptions of a format's library are wrapped in one. Failures of the
/// store and cancellation are not wrapped.</para>
/// </para>
/// </remarks>
public abstract class Materializer
{
    private static readonly IReadOnlyDictionary<string, string> NoFacts = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets the id used in manifests: at most 64 lower-case ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>. It never changes.</summary>
    public abstract string Id { get; }

    /// <summary>Gets the version of the written format, starting at 1. A later version can read all earlier ones.</summary>
    public virtual int FormatVersion => 1;

    /// <summary>Gets the media type of the main file.</summary>
    public abstract string MediaType { get; }

    /// <summary>Gets a one-line description.</summary>
    public virtual string Description => "";

    /// <summary>Gets the supported types.</summary>
    public abstract IReadOnlyList<ServedType> Types { get; }

    /// <summary>Gets the type that is loaded if the caller specifies none, also by the command line; null if a type is required.</summary>
    public virtual Type? DefaultType => null;

    /// <summary>Returns false if a type covered by <see cref="Types"/> cannot be supported. The default implementation returns true.</summary>
    public virtual bool CanServe(Type type) => true;

    /// <summary>
    /// Returns metadata of a value for a catalog: rows, columns, shape, dtype, schema. It is stored in the manifest and must depend only on the value. The
    /// default implementation returns none.
    /// </summary>
    /// <remarks>Use <see cref="ArtifactWriter.Describe"/> for metadata that is known only after streaming.</remarks>
    public virtual IReadOnlyDictionary<string, string> ExtractMetadata(object value) => NoFacts;

    /// <summary>Writes the files of a value.</summary>
    /// <param name="value">The value; never null.</param>
    /// <param name="type">The type for which this materializer was selected: the static type of the call or the type of the value.</param>
    /// <param name="writer">Receives the files.</param>
    /// <param name="cancellationToken">Cancels the save; nothing remains.</param>
    /// <returns>A task that completes when all files are written and their streams disposed.</returns>
    public abstract ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken);

    /// <summary>Reads a value.</summary>
    /// <param name="reader">Provides the files; <see cref="ArtifactReader.FormatVersion"/> is at most <see cref="FormatVersion"/>.</param>
    /// <param name="type">The requested type, which <see cref="Types"/> covers.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The value, which has that type.</returns>
    public abstract ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken);

    /// <summary>
    /// Converts files of an earlier format version to the current version. Called before <see cref="LoadAsync"/> if the stored version is lower.
    /// </summary>
    /// <param name="reader">Provides the stored files.</param>
    /// <param name="cancellationToken">Cancels the migration.</param>
    /// <returns>The reader for <see cref="LoadAsync"/>. The default implementation returns the same reader, for a <see cref="LoadAsync"/> that checks the
    /// version itself. Stored files are never changed.</returns>
    public virtual ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => ValueTask.FromResult(reader);

    /// <summary>
    /// Checks that a file written by another program has this format, and returns metadata for a catalog, before the file is saved unchanged.
    /// </summary>
    /// <param name="reader">Provides the file, and no other files.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Metadata as returned by <see cref="ExtractMetadata"/>, without values that <see cref="LoadAsync"/> depends on. The default implementation
    /// loads the file as <see cref="DefaultType"/> and returns none.</returns>
    /// <exception cref="MaterializationException">The file does not have this format. Other exceptions of a format's library are wrapped in this
    /// exception.</exception>
    public virtual async ValueTask<IReadOnlyDictionary<string, string>> DescribeFileAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var value = await LoadAsync(reader, DefaultType ?? throw new MaterializationException(Id, "it cannot read a file without a requested type"), cancellationToken).ConfigureAwait(false);
        if (value is IAsyncDisposable open)
            await open.DisposeAsync().ConfigureAwait(false);
        else
            (value as IDisposable)?.Dispose();
        return NoFacts;
    }

    /// <summary>
    /// Creates a small preview from the files, or null if there is none, which is the default. It reads no more data than the preview contains.
    /// </summary>
    public virtual ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => ValueTask.FromResult<ArtifactPreview?>(null);
}
