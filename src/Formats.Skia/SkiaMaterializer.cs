using SkiaSharp;

namespace Cairn.Materializers;

/// <summary>The materializer <c>image</c>, for pictures of SkiaSharp too.</summary>
internal sealed class SkiaMaterializer(Materializer images, long maxPixels) : Materializer
{
    public const string Image = "image";

    /// <summary>PNG has no quality: the number is ignored.</summary>
    private const int Quality = 100;

    public override string Id => Image;

    public override int FormatVersion => images.FormatVersion;

    public override string MediaType => images.MediaType;

    public override string Description => images.Description + "; SKImage, SKBitmap as PNG";

    public override IReadOnlyList<ServedType> Types { get; } = [.. images.Types, ServedType.Exact<SKImage>(), ServedType.Exact<SKBitmap>()];

    public override Type? DefaultType => images.DefaultType;

    public override bool CanServe(Type type) => IsOwn(type) || images.CanServe(type);

    /// <summary>Of a picture, the save tells, which has the file by then.</summary>
    public override IReadOnlyDictionary<string, string> ExtractMetadata(object value) => value is SKImage or SKBitmap ? base.ExtractMetadata(value) : images.ExtractMetadata(value);

    public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken)
    {
        if (value is not (SKImage or SKBitmap))
            return images.SaveAsync(value, type, writer, cancellationToken);
        var file = ImageFile.Parse(Encode(value));
        foreach (var (key, fact) in images.ExtractMetadata(file))
            writer.Describe(key, fact);
        return images.SaveAsync(file, typeof(ImageFile), writer, cancellationToken);
    }

    public override async ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken)
    {
        if (!IsOwn(type))
            return await images.LoadAsync(reader, type, cancellationToken).ConfigureAwait(false);
        var bitmap = Decode((ImageFile)await images.LoadAsync(reader, typeof(ImageFile), cancellationToken).ConfigureAwait(false));
        if (type == typeof(SKBitmap))
            return bitmap;
        // A bitmap that nobody changes any more lends its pixels to the image.
        using (bitmap)
        {
            bitmap.SetImmutable();
            return SKImage.FromBitmap(bitmap) ?? throw new MaterializationException(Id, "SkiaSharp makes no image of its pixels");
        }
    }

    public override ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.MigrateAsync(reader, cancellationToken);

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.PreviewAsync(reader, cancellationToken);

    private static bool IsOwn(Type type) => type == typeof(SKImage) || type == typeof(SKBitmap);

    private byte[] Encode(object value)
    {
        using var data = value is SKImage image ? image.Encode(SKEncodedImageFormat.Png, Quality) : ((SKBitmap)value).Encode(SKEncodedImageFormat.Png, Quality);
        return data?.ToArray() ?? throw new MaterializationException(Id, "SkiaSharp makes no PNG of it: it has no pixels, or has been disposed");
    }

    /// <summary>Every pixel is read now, so that a file that ends early is an error and not half a picture.</summary>
    private SKBitmap Decode(ImageFile file)
    {
        if (file.Format == ImageFormat.Svg)
            throw new MaterializationException(Id, "it is an SVG drawing, which SkiaSharp does not draw; load it as ImageFile");
        using var data = SKData.CreateCopy(file.Content.Span);
        using var codec = SKCodec.Create(data) ?? throw new MaterializationException(Id, $"SkiaSharp finds no {file.Format} picture in it; it may be cut short");
        var info = codec.Info;
        if ((long)info.Width * info.Height > maxPixels)
            throw new MaterializationException(Id, $"it has {info.Width} × {info.Height} pixels, more than the {maxPixels} that this program decodes; AddSkia takes another limit");
        if (info.AlphaType == SKAlphaType.Unpremul)
            info = info.WithAlphaType(SKAlphaType.Premul);
        var bitmap = new SKBitmap();
        try
        {
            if (!bitmap.TryAllocPixels(info))
                throw new MaterializationException(Id, $"there is no memory for its {info.Width} × {info.Height} pixels");
            var result = codec.GetPixels(info, bitmap.GetPixels());
            return result == SKCodecResult.Success ? bitmap : throw new MaterializationException(Id, $"its pixels cannot be read: SkiaSharp says {result}");
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }
}
