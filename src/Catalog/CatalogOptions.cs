namespace Cairn.Catalog;

/// <summary>The options of a <see cref="Catalog"/>.</summary>
public sealed record CatalogOptions
{
    /// <summary>Gets the id of the user, which every record contains permanently: an id such as <c>u:ada</c>, without personal data. Default: empty.</summary>
    public string User { get; init; } = "";
}
