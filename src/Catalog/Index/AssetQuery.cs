namespace Cairn.Catalog.Index;

/// <summary>Selects assets that have a name.</summary>
/// <remarks>
/// With <see cref="Text"/>, the newest assets come first; otherwise they come in the order of <see cref="Order"/>. Conditions other than the first of text, alias and tag are tested on each asset;
/// a page takes longer where few meet them.
/// </remarks>
internal sealed record AssetQuery
{
    /// <summary>Gets the beginning of the fold key of the current name.</summary>
    public string? NamePrefix { get; init; }

    public string? Type { get; init; }

    public string? Tag { get; init; }

    /// <summary>Gets an alias that the assets have, in any spelling with its fold key.</summary>
    public string? Alias { get; init; }

    /// <summary>Gets conditions of the metadata of the latest version, all of which hold.</summary>
    public IReadOnlyList<MetadataCondition> Where { get; init; } = [];

    /// <summary>Gets words that names, descriptions and tags contain; the last one may be the beginning of a word. Deleted assets are not found by words.</summary>
    public string? Text { get; init; }

    /// <summary>Gets whether deleted assets count.</summary>
    public bool IncludeDeleted { get; init; }

    public AssetOrder Order { get; init; }

    public int PageSize { get; init; } = 50;

    /// <summary>Gets the <see cref="IndexPage{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
