namespace Cairn.Catalog.Index;

/// <summary>Selects assets. They come in the order of their names; with <see cref="Text"/>, the newest come first.</summary>
internal sealed record AssetQuery
{
    /// <summary>Gets the beginning of the fold key of the current name.</summary>
    public string? NamePrefix { get; init; }

    public string? Type { get; init; }

    public string? Tag { get; init; }

    /// <summary>Gets words that names, descriptions and tags contain; the last one may be the beginning of a word.</summary>
    public string? Text { get; init; }

    public int PageSize { get; init; } = 50;

    /// <summary>Gets the <see cref="IndexPage{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
