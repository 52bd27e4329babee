namespace Cairn.Materializers;

/// <summary>A materializer of one file, made of two delegates over local files.</summary>
internal sealed class LocalFileMaterializer<T> : Materializer<T>
    where T : notnull
{
    private readonly StorePath _fileName;
    private readonly Action<T, string> _save;
    private readonly Func<string, T> _load;

    public LocalFileMaterializer(string id, string mediaType, StorePath fileName, Action<T, string> save, Func<string, T> load)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        ArgumentNullException.ThrowIfNull(save);
        ArgumentNullException.ThrowIfNull(load);
        if (fileName.IsRoot)
            throw new ArgumentException("The file has no name.", nameof(fileName));
        (Id, MediaType, _fileName, _save, _load) = (id, mediaType, fileName, save, load);
    }

    public override string Id { get; }

    public override string MediaType { get; }

    protected override ValueTask SaveAsync(T value, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        _save(value, writer.CreateLocalFile(_fileName, MediaType));
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask<T> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
        _load(await reader.GetLocalFileAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false));
}
