using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Xml;

namespace Cairn.Materializers;

/// <summary>What the first bytes of an image tell.</summary>
internal readonly record struct ImageHeader(ImageFormat Format, int? Width, int? Height)
{
    private static readonly XmlReaderSettings Safe = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };

    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R'];

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is none of an image of a known format.</exception>
    public static ImageHeader Read(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        if (bytes.StartsWith(PngStart))
            return ReadPng(bytes[PngStart.Length..]);
        if (bytes.StartsWith([(byte)0xFF, (byte)0xD8, (byte)0xFF]))
            return ReadJpeg(bytes);
        return ReadSvg(content) ?? throw new InvalidDataException("it does not begin as a PNG, JPEG or SVG image");
    }

    private static ImageHeader ReadPng(ReadOnlySpan<byte> header)
    {
        if (header.Length < 8)
            throw new InvalidDataException("the PNG image ends within its header");
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        return width > 0 && height > 0 ? new(ImageFormat.Png, width, height) : throw new InvalidDataException("the PNG image's header has no size that an image can have");
    }

    /// <summary>Goes from segment to segment until one tells the size.</summary>
    private static ImageHeader ReadJpeg(ReadOnlySpan<byte> bytes)
    {
        var at = 2;
        while (at + 4 <= bytes.Length && bytes[at] == 0xFF)
        {
            var marker = bytes[at + 1];
            // A marker may be filled up with more of these.
            if (marker == 0xFF)
            {
                at++;
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && length >= 7 && at + 9 <= bytes.Length)
            {
                var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]));
                return new(ImageFormat.Jpeg, Size(width), Size(height));
            }
            if (length < 2 || marker is 0xD9 or 0xDA)
                break;
            at += 2 + length;
        }
        throw new InvalidDataException("the JPEG image ends before its size");

        // A later segment may tell the height, after the pixels.
        static int? Size(ushort length) => length == 0 ? null : length;
    }

    /// <summary>The root element alone is read; no entity is expanded and nothing is fetched.</summary>
    private static ImageHeader? ReadSvg(ReadOnlyMemory<byte> content)
    {
        if (!MemoryMarshal.TryGetArray(content, out var array))
            array = content.ToArray();
        using var stream = new MemoryStream(array.Array!, array.Offset, array.Count, writable: false);
        try
        {
            using var xml = XmlReader.Create(stream, Safe);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "svg")
                return null;
            var box = xml.GetAttribute("viewBox")?.Split([' ', ',', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries) ?? [];
            return new(ImageFormat.Svg, Pixels(xml.GetAttribute("width") ?? (box.Length == 4 ? box[2] : null)), Pixels(xml.GetAttribute("height") ?? (box.Length == 4 ? box[3] : null)));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static int? Pixels(string? length)
    {
        var number = length?.Trim() ?? "";
        if (number.EndsWith("px", StringComparison.Ordinal))
            number = number[..^2];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var pixels) && pixels is > 0 and < int.MaxValue ? (int)Math.Ceiling(pixels) : null;
    }
}
