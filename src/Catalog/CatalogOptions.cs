namespace Cairn.Catalog;

/// <summary>The options of a <see cref="Catalog"/>.</summary>
public sealed record CatalogOptions
{
    /// <summary>Gets the id of the user, which every record contains permanently: an id such as <c>u:ada</c>, without personal data. Default: empty.</summary>
    public string User { get; init; } = "";

    /// <summary>
    /// Gets the local folder for the index, which is created when a list or a search first needs it. Anybody may delete the files in it at any time; they are built again from the store.
    /// Default: <c>cairn/index</c> in the user's folder for caches; for a store in memory, a temporary folder that is deleted with the catalog.
    /// </summary>
    public string? IndexFolder { get; init; }
}
