namespace Cairn.Materializers;

/// <summary>A short preview of an artifact for people: a text, the first rows of a table, or an image.</summary>
public sealed class ArtifactPreview
{
    private ArtifactPreview()
    {
    }

    /// <summary>Gets the text, or null if the preview is not a text.</summary>
    public string? Text { get; private init; }

    /// <summary>Gets the column names of the table, or null if the preview is not a table.</summary>
    public IReadOnlyList<string>? Columns { get; private init; }

    /// <summary>Gets the first rows of the table, each with one cell per column; empty if the preview is not a table.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; private init; } = [];

    /// <summary>Gets the content of the image; empty if the preview is not an image.</summary>
    public ReadOnlyMemory<byte> Image { get; private init; }

    /// <summary>Gets the media type: <c>text/plain</c>, <c>text/csv</c> for a table, or the media type of the image.</summary>
    public required string MediaType { get; init; }

    /// <summary>Creates a preview from a text of at most a few KiB.</summary>
    public static ArtifactPreview OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new() { MediaType = "text/plain", Text = text };
    }

    /// <summary>Creates a preview from the first rows of a table.</summary>
    public static ArtifactPreview OfTable(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        return new() { MediaType = "text/csv", Columns = columns, Rows = rows };
    }

    /// <summary>Creates a preview from an image that is small enough to be shown unchanged.</summary>
    public static ArtifactPreview OfImage(string mediaType, ReadOnlyMemory<byte> image)
    {
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        return new() { MediaType = mediaType, Image = image };
    }
}
