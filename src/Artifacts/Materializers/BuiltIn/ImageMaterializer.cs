using System.Globalization;

namespace Cairn.Materializers.BuiltIn;

/// <summary>Images and charts as they are, with the size that their header tells.</summary>
internal sealed class ImageMaterializer : Materializer<ImageFile>
{
    private const int PreviewBytes = 1 << 20;

    public override string Id => "image";

    public override string MediaType => "image/*";

    public override string Description => "ImageFile: a PNG, JPEG or SVG file with its size";

    public override async ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken)
    {
        var file = reader.Single;
        if (file.Length > PreviewBytes)
            return ArtifactPreview.OfText($"{file.MediaType} {reader.Facts.GetValueOrDefault("width", "?")} × {reader.Facts.GetValueOrDefault("height", "?")}, {file.Length} bytes");
        var image = await LoadAsync(reader, cancellationToken).ConfigureAwait(false);
        return ArtifactPreview.OfImage(image.MediaType, image.Content);
    }

    public override async ValueTask<IReadOnlyDictionary<string, string>> DescribeFileAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
        ExtractMetadata(await LoadAsync(reader, cancellationToken).ConfigureAwait(false));

    protected override IReadOnlyDictionary<string, string> ExtractMetadata(ImageFile value)
    {
        var facts = new Dictionary<string, string> { ["format"] = value.MediaType };
        if (value.Width is { } width)
            facts["width"] = width.ToString(CultureInfo.InvariantCulture);
        if (value.Height is { } height)
            facts["height"] = height.ToString(CultureInfo.InvariantCulture);
        return facts;
    }

    protected override ValueTask SaveAsync(ImageFile value, ArtifactWriter writer, CancellationToken cancellationToken) =>
        SingleFile.WriteAsync(writer, NameOf(value.Format), value.MediaType, value.Content, cancellationToken);

    protected override async ValueTask<ImageFile> LoadAsync(ArtifactReader reader, CancellationToken cancellationToken) =>
        ImageFile.Parse(await SingleFile.ReadAsync(reader, cancellationToken).ConfigureAwait(false));

    private static StorePath NameOf(ImageFormat format) => format switch
    {
        ImageFormat.Png => "image.png",
        ImageFormat.Jpeg => "image.jpg",
        _ => "image.svg",
    };
}
