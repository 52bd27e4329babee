using SkiaSharp;

namespace Cairn.Materializers;

/// <summary>The materializer <c>image</c>, extended to the image types of SkiaSharp.</summary>
internal sealed class SkiaMaterializer(Materializer images, long maxPixels) : Materializer
{
    public const string Image = "image";

    /// <summary>PNG has no quality setting: the number is ignored.</summary>
    private const int Quality = 100;

    public override string Id => Image;

    public override int FormatVersion => images.FormatVersion;

    public override string MediaType => images.MediaType;

    public override string Description => images.Description + "; SKImage, SKBitmap as PNG";

    public override IReadOnlyList<ServedType> Types { get; } = [.. images.Types, ServedType.Exact<SKImage>(), ServedType.Exact<SKBitmap>()];

    public override Type? DefaultType => images.DefaultType;

    public override bool CanServe(Type type) => IsOwn(type) || images.CanServe(type);

    /// <summary>The save extracts the metadata of an image later, when its file exists.</summary>
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
        // If the bitmap is not used afterwards, the image shares its pixels.
        using (bitmap)
        {
            bitmap.SetImmutable();
            return SKImage.FromBitmap(bitmap) ?? throw new MaterializationException(Id, "SkiaSharp cannot create an image from its pixels");
        }
    }

    public override ValueTask<ArtifactReader> MigrateAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.MigrateAsync(reader, cancellationToken);

    public override ValueTask<ArtifactPreview?> PreviewAsync(ArtifactReader reader, CancellationToken cancellationToken) => images.PreviewAsync(reader, cancellationToken);

    private static bool IsOwn(Type type) => type == typeof(SKImage) || type == typeof(SKBitmap);

    private byte[] Encode(object value)
    {
        using var data = value is SKImage image ? image.Encode(SKEncodedImageFormat.Png, Quality) : ((SKBitmap)value).Encode(SKEncodedImageFormat.Png, Quality);
        return data?.ToArray() ?? throw new MaterializationException(Id, "SkiaSharp cannot encode it as PNG: it has no pixels, or it has been disposed");
    }

    /// <summary>Decodes all pixels immediately, so a truncated file is an error and not an incomplete image.</summary>
    private SKBitmap Decode(ImageFile file)
    {
        if (file.Format == ImageFormat.Svg)
            throw new MaterializationException(Id, "it is an SVG drawing, which SkiaSharp cannot render; load it as ImageFile");
        using var data = SKData.CreateCopy(file.Content.Span);
        using var codec = SKCodec.Create(data) ?? throw new MaterializationException(Id, $"SkiaSharp found no {file.Format} image in it; it may be truncated");
        var info = codec.Info;
        if ((long)info.Width * info.Height > maxPixels)
            throw new MaterializationException(Id, $"it has {info.Width} × {info.Height} pixels, more than the limit of {maxPixels}; set a higher limit with AddSkia");
        if (info.AlphaType == SKAlphaType.Unpremul)
            info = info.WithAlphaType(SKAlphaType.Premul);
        var bitmap = new SKBitmap();
        try
        {
            if (!bitmap.TryAllocPixels(info))
                throw new MaterializationException(Id, $"not enough memory for its {info.Width} × {info.Height} pixels");
            var result = codec.GetPixels(info, bitmap.GetPixels());
            return result == SKCodecResult.Success ? bitmap : throw new MaterializationException(Id, $"its pixels cannot be decoded: SkiaSharp reports {result}");
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }
}
