namespace Cairn.Materializers;

/// <summary>Turns values of some types into the files of an artifact, and back. Derive <see cref="Materializer{T}"/> for one type.</summary>
/// <remarks>
/// <para>A materializer is used by many callers at once, so it keeps no state of a save or load. Stored text never chooses code: a manifest names an id and a format version,
/// and what these mean is decided by the program that registered the materializer. A materializer must hold to that too: no type is ever looked up by a stored name.</para>
/// <para>Equal values should give equal bytes: no times, no random order. Then what is saved again is stored once.</para>
/// <para>Errors: what is wrong with the files is a <see cref="MaterializationException"/>; any other exception of a format's library is wrapped in one. Failures of the store
/// and cancellation pass.</para>
/// </remarks>
public abstract class Materializer
{
    private static readonly IReadOnlyDictionary<string, string> NoFacts = System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The id that manifests name: lower-case ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, at most 64. It never changes.</summary>
    public abstract string Id { get; }

    /// <summary>The version of the format that is written now, from 1. A later version reads all earlier ones.</summary>
    public virtual int FormatVersion => 1;

    /// <summary>The media type of the main file.</summary>
    public abstract string MediaType { get; }

    /// <summary>One line for people.</summary>
    public virtual string Description => "";

    /// <summary>The types that it serves.</summary>
    public abstract IReadOnlyList<ServedType> Types { get; }

    /// <summary>The type that is loaded for a caller who names none, and that the command line loads; null when a type must be named.</summary>
    public virtual Type? DefaultType => null;

    /// <summary>A last word on a type that <see cref="Types"/> covers: false when it cannot be served after all. True by default.</summary>
    public virtual bool CanServe(Type type) => true;

    /// <summary>What a catalog should know of a value: rows, columns, shape, dtype, schema. Stored in the manifest, so it must follow from the value alone. Nothing by default.</summary>
    /// <remarks>What is known only after streaming is told by <see cref="ArtifactWriter.Describe"/>.</remarks>
    public virtual IReadOnlyDictionary<string, string> ExtractMetadata(object value) => NoFacts;

    /// <summary>Writes a value's files.</summary>
    /// <param name="value">The value; never null.</param>
    /// <param name="type">The type for which this materializer was chosen: the static type of the call, or that of the value.</param>
    /// <param name="writer">Where to.</param>
    /// <param name="cancellationToken">Cancels the save; nothing of it stays.</param>
    /// <returns>A task that ends when every file is written and its stream disposed.</returns>
    public abstract ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken);

    /// <summary>Reads a value back.</summary>
    /// <param name="reader">The files; <see cref="ArtifactReader.FormatVersion"/> is at most <see cref="FormatVersion"/>.</param>
    /// <param name="type">The type that is wanted: one that <see cref="Types"/> covers.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The value, of that type.</returns>
    public abstract ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken);

    /// <summary>Makes files of an earlier format version look like those of now. Called before <see cref="LoadAsync"/> when the stored version is lower.</summary>
    /// <param name="reader">The files as they are stored.</param>
    /// <param name="cancellationToken">Cancels the migration.</param>
    /// <returns>What <see cref="LoadAsync"/> gets; by default the same reader, for a <see cref="LoadAsync"/> that looks at its version itself. What is stored never changes.</returns>
    public virtual ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => ValueTask.FromResult(reader);

    /// <summary>Checks that a file which another program wrote is in this format, and says what a catalog should know of it, before the file is saved as it is.</summary>
    /// <param name="reader">The file, alone.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Facts as from <see cref="ExtractMetadata"/>, none that <see cref="LoadAsync"/> would read the file by. By default the file is loaded as <see cref="DefaultType"/>, and nothing is said.</returns>
    /// <exception cref="MaterializationException">It is not; other exceptions of a format's library are wrapped in one.</exception>
    public virtual async ValueTask<IReadOnlyDictionary<string, string>> DescribeFileAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var value = await LoadAsync(reader, DefaultType ?? throw new MaterializationException(Id, "it reads no file without being told as what"), cancellationToken).ConfigureAwait(false);
        if (value is IAsyncDisposable open)
            await open.DisposeAsync().ConfigureAwait(false);
        else
            (value as IDisposable)?.Dispose();
        return NoFacts;
    }

    /// <summary>A small picture for a person, made from the files; null for none, which is the default. Reads no more than it shows.</summary>
    public virtual ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => ValueTask.FromResult<ArtifactPreview?>(null);
}
