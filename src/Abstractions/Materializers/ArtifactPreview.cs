namespace Cairn.Materializers;

/// <summary>A small picture of an artifact for a person: text, the head of a table, or an image.</summary>
public sealed class ArtifactPreview
{
    private ArtifactPreview()
    {
    }

    /// <summary>The text; null unless this is text.</summary>
    public string? Text { get; private init; }

    /// <summary>The table's column names; null unless this is a table.</summary>
    public IReadOnlyList<string>? Columns { get; private init; }

    /// <summary>The table's first rows, each with one cell for each column; empty unless this is a table.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows { get; private init; } = [];

    /// <summary>The image's bytes; empty unless this is an image.</summary>
    public ReadOnlyMemory<byte> Image { get; private init; }

    /// <summary>The media type: <c>text/plain</c>, <c>text/csv</c> for a table, or that of the image.</summary>
    public required string MediaType { get; init; }

    /// <summary>A text, of a few KiB at most.</summary>
    public static ArtifactPreview OfText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new() { MediaType = "text/plain", Text = text };
    }

    /// <summary>The head of a table.</summary>
    public static ArtifactPreview OfTable(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        return new() { MediaType = "text/csv", Columns = columns, Rows = rows };
    }

    /// <summary>An image that is small enough to show as it is.</summary>
    public static ArtifactPreview OfImage(string mediaType, ReadOnlyMemory<byte> image)
    {
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        return new() { MediaType = mediaType, Image = image };
    }
}
