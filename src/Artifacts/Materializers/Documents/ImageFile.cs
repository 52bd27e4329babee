namespace Cairn.Materializers;

/// <summary>The formats of images that are known.</summary>
public enum ImageFormat
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>Scalable Vector Graphics.</summary>
    Svg,
}

/// <summary>An image or chart as the bytes of its file: PNG, JPEG or SVG, found by what is in it, with the size that its header tells. No pixel is decoded.</summary>
public sealed class ImageFile
{
    private ImageFile(ReadOnlyMemory<byte> content, ImageHeader header) => (Content, Format, Width, Height) = (content, header.Format, header.Width, header.Height);

    /// <summary>The file's bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The format.</summary>
    public ImageFormat Format { get; }

    /// <summary>The media type of the format.</summary>
    public string MediaType => Format switch
    {
        ImageFormat.Png => "image/png",
        ImageFormat.Jpeg => "image/jpeg",
        _ => "image/svg+xml",
    };

    /// <summary>The width in pixels; null where the header tells none, as an SVG need not.</summary>
    public int? Width { get; }

    /// <summary>The height in pixels; null where the header tells none.</summary>
    public int? Height { get; }

    /// <summary>Takes the bytes of a file, which are not copied and must stay as they are.</summary>
    /// <param name="content">The bytes.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidDataException">They do not begin as an image of a known format does.</exception>
    public static ImageFile Parse(ReadOnlyMemory<byte> content) => new(content, ImageHeader.Read(content));

    /// <summary>Reads a local file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidDataException">It does not begin as an image of a known format does.</exception>
    public static async Task<ImageFile> ReadAsync(string path, CancellationToken cancellationToken = default) => Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));

    /// <summary>Format and size, for people.</summary>
    public override string ToString() => Width is null || Height is null ? $"{Format}, {Content.Length} bytes" : $"{Format} {Width} × {Height}, {Content.Length} bytes";
}
