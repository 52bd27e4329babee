namespace Cairn.Materializers;

/// <summary>Adds pictures of SkiaSharp to what a program can save.</summary>
public static class SkiaMaterializers
{
    /// <summary>The most pixels that a picture is decoded to unless a program says otherwise: 512 MiB of memory.</summary>
    public const long DefaultMaxPixels = 1L << 27;

    /// <summary>Lets the materializer <c>image</c> serve <see cref="SkiaSharp.SKImage"/> and <see cref="SkiaSharp.SKBitmap"/>, too. They are saved as PNG, and load from PNG and JPEG.</summary>
    /// <param name="registry">One that has <c>image</c>.</param>
    /// <param name="maxPixels">The most pixels of a picture that is loaded: beyond, it is refused before memory is taken for it.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">It has no materializer <c>image</c>.</exception>
    public static MaterializerRegistry AddSkia(this MaterializerRegistry registry, long maxPixels = DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        return registry.Extend(SkiaMaterializer.Image, images => new SkiaMaterializer(images, maxPixels));
    }
}
