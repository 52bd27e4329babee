namespace Cairn.Materializers;

/// <summary>The materializer <c>npy</c>, extended to tensors.</summary>
internal sealed class TensorMaterializer(Materializer arrays) : Materializer
{
    public const string Npy = "npy";

    public override string Id => Npy;

    public override int FormatVersion => arrays.FormatVersion;

    public override string MediaType => arrays.MediaType;

    public override string Description => arrays.Description + ", Tensor<T>";

    public override IReadOnlyList<ServedType> Types { get; } = [.. arrays.Types, .. TensorElement.All.Select(e => ServedType.Exact(e.Type))];

    public override Type? DefaultType => arrays.DefaultType;

    public override bool CanServe(Type type) => TensorElement.Find(type) is not null || arrays.CanServe(type);

    /// <summary>The save extracts the metadata of a tensor later, when its array exists.</summary>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => TensorElement.Find(value.GetType()) is null ? arrays.ExtractMetadata(value) : base.ExtractMetadata(value);

    public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        if (TensorElement.Find(type) is not { } element)
            return arrays.SaveAsync(value, type, writer, cancellationToken);
        var array = element.ToArray(value);
        foreach (var (key, fact) in arrays.ExtractMetadata(array))
            writer.Describe(key, fact);
        return arrays.SaveAsync(array, element.ArrayType, writer, cancellationToken);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) =>
        TensorElement.Find(type) is { } element
            ? element.ToTensor(await arrays.LoadAsync(reader, element.ArrayType, cancellationToken).ConfigureAwait(false))
            : await arrays.LoadAsync(reader, type, cancellationToken).ConfigureAwait(false);

    public override ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => arrays.MigrateAsync(reader, cancellationToken);

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => arrays.PreviewAsync(reader, cancellationToken);
}
