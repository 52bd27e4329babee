using Cairn.Conformance;
using Cairn.Materializers;
using Cairn.Tests;
using SkiaSharp;

namespace Cairn.Formats.Skia.Tests.Kit;

public sealed class SkiaKit : MaterializerTests<SkiaHarness>;

public sealed class SkiaHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(() => Pictures.Gradient()),
        MaterializerSample.Of(() => SKImage.FromBitmap(Pictures.Gradient())),
        MaterializerSample.Of(() => SKImage.FromBitmap(Pictures.Gradient())).As<SKBitmap>(),
        MaterializerSample.Of(() => Pictures.Gradient()).As<ImageFile>(),
        MaterializerSample.Of(Pictures.File(SKEncodedImageFormat.Jpeg)).As<SKImage>(),
        MaterializerSample.Of(Pictures.File(SKEncodedImageFormat.Png)),
    ];

    public override IEnumerable<MaterializerSample> Empty => [];

    public override IReadOnlyDictionary<string, string> Skips => new Dictionary<string, string> { ["Nothing_comes_back_as_nothing"] = "A picture has a pixel at least." };

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.Skia.Tests/Data");

    public override Materializer Create() => MaterializerRegistry.CreateDefault().AddSkia().TryGet("image", out var image) ? image : throw new InvalidOperationException();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(() => Pictures.Noise(1024, length / 4096));

    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken)
    {
        var text = Pictures.Text(value);
        (value as IDisposable)?.Dispose();
        return new(text);
    }
}
