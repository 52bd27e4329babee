namespace Cairn.Catalog;

/// <summary>The options of <see cref="AssetCollection.ListVersionsAsync"/>. All conditions have to hold.</summary>
/// <remarks>
/// The order follows the condition that finds the versions, so that a long list begins at once: with <see cref="Text"/>, the newest versions come first; otherwise, with <see cref="Where"/>, the
/// versions are in the order of the value that the first condition compares; otherwise in that of <see cref="ByName"/>.
/// </remarks>
public sealed record VersionListOptions
{
    /// <summary>Gets the name of the asset. Default: all.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the beginning of the asset's current name; case does not count. Default: all.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Gets the type of the asset. Default: all.</summary>
    public string? Type { get; init; }

    /// <summary>Gets a tag of the version. Default: all.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets the earliest time of creation. Default: any.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets the time before which the versions were created. Default: any.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Gets conditions of the metadata. Default: none.</summary>
    public IReadOnlyList<MetadataCondition> Where { get; init; } = [];

    /// <summary>Gets words that the name, the description, the tags and the texts in the metadata contain; the last one may be the beginning of a word. Default: all.</summary>
    public string? Text { get; init; }

    /// <summary>Gets whether only the latest version of each asset is listed. Default: false.</summary>
    public bool OnlyLatest { get; init; }

    /// <summary>Gets whether the versions are in the order of names, and then of numbers, the greatest first, instead of the newest first. Default: false.</summary>
    public bool ByName { get; init; }

    /// <summary>Gets how new the list has to be. Default: all that is published.</summary>
    public Freshness Freshness { get; init; }
}
