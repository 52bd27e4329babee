using Cairn.Catalog.Chains;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Assets;

/// <summary>An asset at its newest record.</summary>
/// <param name="Id">The id of the asset.</param>
/// <param name="Head">The newest record; null for an asset without records.</param>
/// <param name="State">The state after that record.</param>
internal sealed record AssetHead(Guid Id, ChainHead? Head, AssetState State)
{
    /// <summary>Gets the number of the newest record; 0 if there is none.</summary>
    public int Sequence => Head?.Sequence ?? 0;

    /// <summary>Gets whether a later record was looked for; if not, it may exist. Default: true.</summary>
    public bool IsNewest { get; init; } = true;
}
