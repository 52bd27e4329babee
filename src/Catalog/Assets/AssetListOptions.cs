namespace Cairn.Catalog;

/// <summary>The options of <see cref="AssetCollection.ListAsync"/>. All conditions have to hold.</summary>
public sealed record AssetListOptions
{
    /// <summary>Gets the beginning of the current name; case does not count. Default: all.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Gets the type that the assets have. Default: all.</summary>
    public string? Type { get; init; }

    /// <summary>Gets a tag that the assets have. Default: all.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets an alias that the assets have. Default: all.</summary>
    public string? Alias { get; init; }

    /// <summary>Gets conditions of the metadata of the latest version. Default: none.</summary>
    public IReadOnlyList<MetadataCondition> Where { get; init; } = [];

    /// <summary>Gets words that the names, the descriptions and the tags contain; the last one may be the beginning of a word. Default: all.</summary>
    public string? Text { get; init; }

    /// <summary>Gets whether deleted assets are listed. Default: false.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Gets whether the assets that changed last come first, instead of the order of their names. Ignored with <see cref="Text"/>, where the newest assets
    /// come first. Default: false.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Gets how new the list has to be. Default: all that is published.</summary>
    public Freshness Freshness { get; init; }
}
