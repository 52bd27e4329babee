namespace Cairn.Catalog;

/// <summary>The options of <see cref="AssetCollection.ListAsync"/>.</summary>
public sealed record AssetListOptions
{
    /// <summary>Gets the type that the assets have. Default: all.</summary>
    public string? Type { get; init; }

    /// <summary>Gets a tag that the assets have. Default: all.</summary>
    public string? Tag { get; init; }

    /// <summary>Gets whether deleted assets are listed. Default: false.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Called with each asset or name whose records cannot be used, which is left out. Null (the default): it fails the listing.</summary>
    public Action<StoreException>? Unreadable { get; init; }
}
