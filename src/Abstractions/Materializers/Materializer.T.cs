namespace Cairn.Materializers;

/// <summary>Base class for materializers of one type: converts values to the files of an artifact, and back.</summary>
/// <typeparam name="T">The type. Only this exact type is supported unless <see cref="Materializer.Types"/> is overridden.</typeparam>
public abstract class Materializer<T> : Materializer
    where T : notnull
{
    /// <inheritdoc/>
    public override IReadOnlyList<ServedType> Types { get; } = [ServedType.Exact<T>()];

    /// <inheritdoc/>
    public override Type? DefaultType => typeof(T);

    /// <summary>Returns metadata of a value for a catalog. The default implementation returns none.</summary>
    protected virtual IReadOnlyDictionary<string, string> ExtractMetadata(T value) => base.ExtractMetadata(value);

    /// <summary>Writes the files of a value.</summary>
    protected abstract ValueTask SaveAsync(T value, ArtifactWriter writer, CancellationToken cancellationToken);

    /// <summary>Reads a value.</summary>
    protected abstract ValueTask<T> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public sealed override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => ExtractMetadata((T)value);

    /// <inheritdoc/>
    public sealed override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken) => SaveAsync((T)value, writer, cancellationToken);

    /// <inheritdoc/>
    public sealed override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) =>
        await LoadAsync(reader, cancellationToken).ConfigureAwait(false);
}
