namespace Cairn.Catalog.Index;

/// <summary>The order of versions in a list.</summary>
internal enum VersionOrder
{
    /// <summary>The newest first, by the time in their records.</summary>
    Time,

    /// <summary>By the name of the asset; of each asset, the greatest number first.</summary>
    Name,
}
