using ScottPlot;

namespace Cairn.Materializers;

/// <summary>The materializer <c>image</c>, extended to charts of ScottPlot, which are rendered when they are saved.</summary>
internal sealed class PlotMaterializer(Materializer images, int width, int height) : Materializer
{
    public const string Image = "image";

    public override string Id => Image;

    public override int FormatVersion => images.FormatVersion;

    public override string MediaType => images.MediaType;

    public override string Description => images.Description + "; Plot as PNG (save only)";

    public override IReadOnlyList<ServedType> Types { get; } = [.. images.Types, ServedType.Exact<Plot>()];

    public override Type? DefaultType => images.DefaultType;

    public override bool CanServe(Type type) => type == typeof(Plot) || images.CanServe(type);

    /// <summary>The save extracts the metadata of a chart later, when its picture exists.</summary>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => value is Plot ? base.ExtractMetadata(value) : images.ExtractMetadata(value);

    public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        if (value is not Plot plot)
            return images.SaveAsync(value, type, writer, cancellationToken);
        byte[] png;
        // Rendering changes a plot: its axes are fitted to its data.
        lock (plot.Sync)
            png = plot.GetImageBytes(width, height, ScottPlot.ImageFormat.Png);
        var file = ImageFile.Parse(png);
        foreach (var (key, fact) in images.ExtractMetadata(file))
            writer.Describe(key, fact);
        return images.SaveAsync(file, typeof(ImageFile), writer, cancellationToken);
    }

    public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) => type == typeof(Plot)
        ? throw new MaterializationException(Id, "it is the picture of a plot and cannot be converted to a plot; load it as ImageFile, or as SKImage with Cairn.Formats.Skia")
        : images.LoadAsync(reader, type, cancellationToken);

    public override ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.MigrateAsync(reader, cancellationToken);

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.PreviewAsync(reader, cancellationToken);
}
