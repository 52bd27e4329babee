namespace Cairn.Catalog.Index;

/// <summary>The order of assets in a list.</summary>
internal enum AssetOrder
{
    /// <summary>By the fold key of the current name.</summary>
    Name,

    /// <summary>The asset that changed last comes first.</summary>
    Changed,
}
