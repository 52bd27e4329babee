using Cairn.Catalog.Chains;
using Cairn.Catalog.Names;

namespace Cairn.Catalog.Claims;

/// <summary>Who claims a name, by the newest record of its chain. The claim alone does not make an owner: the state of the asset has to list the name, too.</summary>
/// <param name="Name">The name.</param>
/// <param name="Head">The newest record of the name's chain; null if it has none.</param>
/// <param name="Owner">The asset that claims the name; null if none does.</param>
internal sealed record NameClaim(CatalogName Name, ChainHead? Head, Guid? Owner)
{
    public int Sequence => Head?.Sequence ?? 0;
}
