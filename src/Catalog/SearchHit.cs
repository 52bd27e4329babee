namespace Cairn.Catalog;

/// <summary>A result of <see cref="Catalog.SearchAsync"/>: an asset or a version.</summary>
public sealed record SearchHit
{
    internal SearchHit(Asset? asset, AssetVersion? version) => (Asset, Version) = (asset, version);

    /// <summary>Gets the asset; null if the hit is a version.</summary>
    public Asset? Asset { get; }

    /// <summary>Gets the version; null if the hit is an asset.</summary>
    public AssetVersion? Version { get; }

    /// <summary>Returns the name of the asset, or the reference of the version.</summary>
    public override string ToString() => Asset?.Name ?? Version!.ToString();
}
