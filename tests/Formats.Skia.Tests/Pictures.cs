using Cairn.Materializers;
using SkiaSharp;

namespace Cairn.Formats.Skia.Tests;

/// <summary>Small pictures, and their pixels as text.</summary>
internal static class Pictures
{
    /// <summary>A gradient of colors, from nothing to opaque.</summary>
    public static SKBitmap Gradient(int width = 9, int height = 5)
    {
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 255 / width), (byte)(y * 255 / height), 128, (byte)(x == 0 ? 0 : 255)));
        }
        return bitmap;
    }

    /// <summary>Random pixels, which no compression makes smaller.</summary>
    public static SKBitmap Noise(int width, int height)
    {
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pixels = bitmap.GetPixelSpan();
        new Random(2).NextBytes(pixels);
        for (var i = 3; i < pixels.Length; i += 4)
            pixels[i] = 255;
        return bitmap;
    }

    public static ImageFile File(SKEncodedImageFormat format)
    {
        using var bitmap = Gradient();
        using var data = bitmap.Encode(format, 90);
        return ImageFile.Parse(data.ToArray());
    }

    /// <summary>Size and colors; of many pixels, a hash of them.</summary>
    public static string Text(object picture)
    {
        switch (picture)
        {
            case ImageFile file:
                using (var codec = SKCodec.Create(SKData.CreateCopy(file.Content.Span)))
                {
                    // An ImageFile is not decoded when it is loaded, so that its pixels may lie.
                    if (codec is null || codec.Info.Width > 4096 || codec.Info.Height > 4096)
                        return "no picture";
                    using var decoded = SKBitmap.Decode(codec);
                    return decoded is null ? "no picture" : Text(decoded);
                }
            case SKImage image:
                using (var copy = SKBitmap.FromImage(image))
                    return Text(copy);
        }
        var bitmap = (SKBitmap)picture;
        var pixels = bitmap.Pixels.Select(p => p.Alpha == 0 ? SKColors.Transparent : p);
        return $"{bitmap.Width} × {bitmap.Height} {(bitmap.Width * bitmap.Height > 1000 ? pixels.Aggregate(17L, (hash, p) => hash * 31 + p.GetHashCode()) : string.Join(' ', pixels))}";
    }
}
