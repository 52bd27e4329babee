using ScottPlot;

namespace Cairn.Materializers;

/// <summary>The materializer <c>image</c>, for charts of ScottPlot too, which are drawn when they are saved.</summary>
internal sealed class PlotMaterializer(Materializer images, int width, int height) : Materializer
{
    public const string Image = "image";

    public override string Id => Image;

    public override int FormatVersion => images.FormatVersion;

    public override string MediaType => images.MediaType;

    public override string Description => images.Description + "; Plot as PNG, one way";

    public override IReadOnlyList<ServedType> Types { get; } = [.. images.Types, ServedType.Exact<Plot>()];

    public override Type? DefaultType => images.DefaultType;

    public override bool CanServe(Type type) => type == typeof(Plot) || images.CanServe(type);

    /// <summary>Of a chart, the save tells, which has the picture by then.</summary>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => value is Plot ? base.ExtractMetadata(value) : images.ExtractMetadata(value);

    public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        if (value is not Plot plot)
            return images.SaveAsync(value, type, writer, cancellationToken);
        byte[] png;
        // Drawing changes a plot: its axes fit its data.
        lock (plot.Sync)
            png = plot.GetImageBytes(width, height, ScottPlot.ImageFormat.Png);
        var file = ImageFile.Parse(png);
        foreach (var (key, fact) in images.ExtractMetadata(file))
            writer.Describe(key, fact);
        return images.SaveAsync(file, typeof(ImageFile), writer, cancellationToken);
    }

    public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) => type == typeof(Plot)
        ? throw new MaterializationException(Id, "it is the picture of a plot, from which no plot can be made; load it as ImageFile, or with Cairn.Formats.Skia as SKImage")
        : images.LoadAsync(reader, type, cancellationToken);

    public override ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.MigrateAsync(reader, cancellationToken);

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.PreviewAsync(reader, cancellationToken);
}
