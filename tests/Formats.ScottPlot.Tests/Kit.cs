using Cairn.Conformance;
using Cairn.Materializers;
using Cairn.Tests;
using ScottPlot;
using SkiaSharp;

namespace Cairn.Formats.Charts.Tests.Kit;

public sealed class PlotKit : MaterializerTests<PlotHarness>;

public sealed class PlotHarness : MaterializerHarness
{
    private const int Width = 60;
    private const int Height = 40;

    public override IEnumerable<MaterializerSample> Samples =>
        [MaterializerSample.Of(() => Blocks(1)).As<ImageFile>(), MaterializerSample.Of(() => Blocks(3)).As<ImageFile>(), MaterializerSample.Of(Picture(Blocks(2)))];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(() => Blocks(0)).As<ImageFile>()];

    public override IEnumerable<WrongType> WrongTypes => [new(MaterializerSample.Of(() => Blocks(1)), typeof(Plot))];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.ScottPlot.Tests/Data");

    public override Materializer Create() => MaterializerRegistry.CreateDefault().AddScottPlot(Width, Height).TryGet("image", out var image) ? image : throw new InvalidOperationException();

    /// <summary>A chart is as large as its picture, so a large picture takes its place.</summary>
    public override MaterializerSample Huge(int length)
    {
        using var bitmap = new SKBitmap(1024, length / 4096, SKColorType.Rgba8888, SKAlphaType.Opaque);
        new Random(2).NextBytes(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return MaterializerSample.Of(ImageFile.Parse(data.ToArray()));
    }

    /// <summary>The bytes of the picture.</summary>
    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) => new((value as ImageFile ?? Picture((Plot)value)).Content.ToArray());

    /// <summary>A chart without text, of which the letters depend on the fonts of the machine.</summary>
    private static Plot Blocks(int count)
    {
        var plot = new Plot();
        plot.Layout.Frameless();
        plot.HideGrid();
        plot.Axes.SetLimits(0, 6, 0, 4);
        for (var i = 0; i < count; i++)
            plot.Add.Rectangle(i, i + 1, 0, i + 1);
        return plot;
    }

    private static ImageFile Picture(Plot plot) => ImageFile.Parse(plot.GetImageBytes(Width, Height, ScottPlot.ImageFormat.Png));
}
