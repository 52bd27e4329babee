using Cairn.Catalog.Claims;

namespace Cairn.Catalog.Assets;

/// <summary>The asset that claims a name.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Asset">The asset at its newest record.</param>
internal sealed record FoundAsset(NameClaim Claim, AssetHead Asset)
{
    /// <summary>Whether the asset owns the name, or has no records yet and so will.</summary>
    public bool IsOwner => Asset.Head is null || Asset.State.Lists(Claim.Name);

    /// <summary>Whether the asset gave the claim up, which the name's chain does not say yet.</summary>
    public bool IsVoid => Asset.Head is not null && !IsOwner && Asset.State.HasReleased(Claim.Name, Claim.Sequence);
}
