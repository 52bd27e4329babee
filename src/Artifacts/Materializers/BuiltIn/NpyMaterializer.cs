using Cairn.Materializers.Arrays;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Arrays of numbers as <c>.npy</c>: what NumPy writes is read, and the other way round.</summary>
internal sealed class NpyMaterializer : Materializer
{
    public override string Id => "npy";

    public override string MediaType => "application/x-npy";

    public override string Description => "arrays of numbers as NumPy's .npy: T[], T[,], T[,,], Memory<T>, NdArray<T>";

    public override IReadOnlyList<ServedType> Types { get; } = [.. NpyElement.All.SelectMany(e => e.Types).Append(typeof(NdArray)).Select(ServedType.Exact)];

    public override Type DefaultType => typeof(NdArray);

    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value)
    {
        var element = ElementOf(value);
        return new Dictionary<string, string> { ["dtype"] = element.Code, ["shape"] = string.Join(",", element.ShapeOf(value)) };
    }

    public override async ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        var element = ElementOf(value);
        await writer.WriteRepeatableAsync("data.npy", element.LengthOf(value), (stream, stopping) => element.WriteAsync(value, stream, stopping), MediaType, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        var file = reader.Single;
        var stream = await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var (header, length) = await NpyHeader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        var element = NpyElement.Of(header.Type);
        if (type != typeof(NdArray) && !element.Serves(type))
            throw new MaterializationException(Id, $"it holds {header.Type}, which loads as {string.Join(", ", element.Types.Select(TypeNames.Of))}");
        return element.As(await element.ReadAsync(header, file.Length - length, stream, cancellationToken).ConfigureAwait(false), type);
    }

    /// <summary>By its header and length: the elements are not read.</summary>
    public override async ValueTask<IReadOnlyDictionary<string, string>> DescribeFileAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var file = reader.Single;
        var stream = await reader.OpenAsync(file.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var (header, length) = await NpyHeader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        var element = NpyElement.Of(header.Type);
        if (file.Length - length != (long)header.Count * element.Size)
            throw new MaterializationException(Id, $"its header announces {header.Count} elements of {header.Type}, and {file.Length - length} bytes follow");
        return new Dictionary<string, string> { ["dtype"] = element.Code, ["shape"] = string.Join(",", header.Shape) };
    }

    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var stream = await reader.OpenAsync(reader.Single.Name, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        var (header, _) = await NpyHeader.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        return ArtifactPreview.OfText($"{header.Type} ({string.Join(", ", header.Shape)}){(header.IsFortranOrder ? " in Fortran order" : "")}{(header.IsBigEndian ? ", big-endian" : "")}");
    }

    private static NpyElement ElementOf(object value) => NpyElement.Of(value.GetType());
}
