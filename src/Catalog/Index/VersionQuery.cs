namespace Cairn.Catalog.Index;

/// <summary>Selects versions.</summary>
/// <remarks>
/// The order follows the index that answers the query, so that a page costs the same wherever it is: with <see cref="Text"/>, the newest come first; otherwise, with <see cref="Where"/>, versions
/// are ordered by the value that the first condition compares; otherwise, with <see cref="Tag"/>, the newest come first; otherwise, with <see cref="AssetId"/>, the greatest number comes first;
/// otherwise they come in the order of <see cref="Order"/>. Further conditions are tested on each row; a page takes longer where few rows meet them.
/// </remarks>
internal sealed record VersionQuery
{
    /// <summary>Gets the asset.</summary>
    public Guid? AssetId { get; init; }

    /// <summary>Gets the beginning of the fold key of the asset's current name.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>Gets the type of the asset.</summary>
    public string? Type { get; init; }

    /// <summary>Gets a tag of the version.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets the earliest time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets the time before which the versions were created.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Gets conditions of the metadata, all of which hold.</summary>
    public IReadOnlyList<MetadataCondition> Where { get; init; } = [];

    /// <summary>Gets words that the name, the description, the tags and the texts in the metadata contain; the last one may be the beginning of a word.</summary>
    public string? Text { get; init; }

    /// <summary>Gets whether only the latest version of each asset counts.</summary>
    public bool OnlyLatest { get; init; }

    /// <summary>Gets whether deleted versions count, and versions of deleted assets. They are not found by tags, metadata and words.</summary>
    public bool IncludeDeleted { get; init; }

    public VersionOrder Order { get; init; }

    public int PageSize { get; init; } = 50;

    /// <summary>Gets the <see cref="IndexPage{T}.Next"/> of the page before.</summary>
    public string? After { get; init; }
}
