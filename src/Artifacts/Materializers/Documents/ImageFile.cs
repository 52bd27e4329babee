namespace Cairn.Materializers;

/// <summary>The supported image formats.</summary>
public enum ImageFormat
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>Scalable Vector Graphics.</summary>
    Svg,
}

/// <summary>
/// An image or chart as the content of its file: PNG, JPEG or SVG, detected from the content, with the size in its header. Pixels are not decoded.
/// </summary>
public sealed class ImageFile
{
    private ImageFile(ReadOnlyMemory<byte> content, ImageHeader header) => (Content, Format, Width, Height) = (content, header.Format, header.Width, header.Height);

    /// <summary>Gets the content of the file.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>Gets the format.</summary>
    public ImageFormat Format { get; }

    /// <summary>Gets the media type of the format.</summary>
    public string MediaType => Format switch
    {
        ImageFormat.Png => "image/png",
        ImageFormat.Jpeg => "image/jpeg",
        _ => "image/svg+xml",
    };

    /// <summary>Gets the width in pixels, or null if the header does not contain it, as in some SVG files.</summary>
    public int? Width { get; }

    /// <summary>Gets the height in pixels, or null if the header does not contain it.</summary>
    public int? Height { get; }

    /// <summary>Creates an image from the content of a file, which is not copied and must not change.</summary>
    /// <param name="content">The content.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidDataException">The content does not begin like an image of a supported format.</exception>
    public static ImageFile Parse(ReadOnlyMemory<byte> content) => new(content, ImageHeader.Read(content));

    /// <summary>Reads a local file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The image.</returns>
    /// <exception cref="InvalidDataException">The content does not begin like an image of a supported format.</exception>
    public static async Task<ImageFile> ReadAsync(string path, CancellationToken cancellationToken = default) => Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));

    /// <summary>Returns the format and the size, for display.</summary>
    public override string ToString() => Width is null || Height is null ? $"{Format}, {Content.Length} bytes" : $"{Format} {Width} × {Height}, {Content.Length} bytes";
}
