namespace Cairn.Materializers;

/// <summary>A materializer of one file, made of two delegates over streams.</summary>
internal sealed class DelegateMaterializer<T> : Materializer<T>
    where T : notnull
{
    private readonly Func<T, Stream, CancellationToken, ValueTask> _save;
    private readonly Func<Stream, CancellationToken, ValueTask<T>> _load;

    public DelegateMaterializer(string id, string mediaType, Func<T, Stream, CancellationToken, ValueTask> save, Func<Stream, CancellationToken, ValueTask<T>> load)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        ArgumentNullException.ThrowIfNull(save);
        ArgumentNullException.ThrowIfNull(load);
        (Id, MediaType, _save, _load) = (id, mediaType, save, load);
    }

    public override string Id { get; }

    public override string MediaType { get; }

    protected override async ValueTask SaveAsync(T value, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var stream = writer.Create("data", MediaType);
        await using var ending = stream.ConfigureAwait(false);
        await _save(value, stream, cancellationToken).ConfigureAwait(false);
    }

    protected override async ValueTask<T> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        return await _load(stream, cancellationToken).ConfigureAwait(false);
    }
}
