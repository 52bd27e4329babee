namespace Cairn.Materializers;

/// <summary>Extension methods that add the image types of SkiaSharp to a registry.</summary>
public static class SkiaMaterializers
{
    /// <summary>The default maximum number of pixels of a decoded image, which need 512 MiB of memory.</summary>
    public const long DefaultMaxPixels = 1L << 27;

    /// <summary>
    /// Extends the materializer <c>image</c> to <see cref="SkiaSharp.SKImage"/> and <see cref="SkiaSharp.SKBitmap"/>. They are saved as PNG, and can be
    /// loaded from PNG and JPEG.
    /// </summary>
    /// <param name="registry">A registry that contains <c>image</c>.</param>
    /// <param name="maxPixels">The maximum number of pixels of a loaded image. A larger image is refused before memory is allocated for it.</param>
    /// <returns>The registry.</returns>
    /// <exception cref="ArgumentException">The registry has no materializer <c>image</c>.</exception>
    public static MaterializerRegistry AddSkia(this MaterializerRegistry registry, long maxPixels = DefaultMaxPixels)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        return registry.Extend(SkiaMaterializer.Image, images => new SkiaMaterializer(images, maxPixels));
    }
}
