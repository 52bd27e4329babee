using Cairn.Catalog.Assets;
using Cairn.Catalog.Changes;
using Cairn.Catalog.Claims;
using Cairn.Catalog.Names;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog;

public sealed partial class AssetCollection
{
    /// <summary>Gives an asset another name. Its former names still lead to it until <see cref="ReleaseNameAsync"/> releases them.</summary>
    /// <param name="name">The current name or a former one.</param>
    /// <param name="newName">The new name, which may be a former one, or differ only in case.</param>
    /// <param name="cancellationToken">Cancels the rename. The new name may stay reserved for the asset then; the next save of it, or rename to it, finishes the rename.</param>
    /// <returns>true; false if this is its name already.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.AlreadyExists"/>: another asset has the new name. See also <see cref="AssetCollection"/>.</exception>
    public async Task<bool> RenameAsync(string name, string newName, CancellationToken cancellationToken = default)
    {
        var (key, target) = (CatalogName.OfAsset(name), CatalogName.OfAsset(newName));
        while (true)
        {
            var found = await RequireLivingAsync(key, confirm: true, cancellationToken).ConfigureAwait(false);
            if (await ClaimForRenameAsync(found, target, cancellationToken).ConfigureAwait(false) is not { } claim)
                continue;
            var isLost = false;
            var (_, changed) = await _chains.AppendAsync(
                found.Asset,
                Changing,
                null,
                (now, _) =>
                {
                    isLost = !now.State.Lists(key) || (!now.State.Lists(target) && now.State.HasReleased(target, claim.Sequence));
                    return new(isLost ? null : NameDecision.Rename(now.State, target));
                },
                cancellationToken).ConfigureAwait(false);
            if (!isLost)
                return changed;
        }
    }

    /// <summary>Gives up a name, so that another asset can take it: a former name of an asset, any name of a deleted asset, or a name that an interrupted rename reserved.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Cancels the release. It may be half done then; the next call that needs the name finishes it.</param>
    /// <returns>true; false if no asset claims the name.</returns>
    /// <remarks>A deleted asset without names cannot be restored.</remarks>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: it is the current name of an asset that is not deleted. See also <see cref="AssetCollection"/>.</exception>
    public async Task<bool> ReleaseNameAsync(string name, CancellationToken cancellationToken = default)
    {
        var key = CatalogName.OfAsset(name);
        while (true)
        {
            if (await LookUpClaimAsync(key, confirm: true, cancellationToken).ConfigureAwait(false) is not (var claim, { } asset))
                return false;
            if (asset.Head is null)
                throw Refusals.Of(StoreErrorCode.PreconditionFailed, $"the asset '{ErrorText.Escape(key.Text)}' has no versions, and somebody may be saving the first one", "Delete the asset, then release the name.");
            var isLost = false;
            await _chains.AppendAsync(asset, Changing, null, DecideAsync, cancellationToken).ConfigureAwait(false);
            if (isLost)
                continue;
            await _claims.ReleaseAsync(claim, cancellationToken).ConfigureAwait(false);
            return true;

            // The claim is read after the state: an earlier claim of the same asset may have been given up and made again.
            async ValueTask<StateChange?> DecideAsync(AssetHead now, CancellationToken stopping)
            {
                claim = await _claims.ReadAsync(key, confirm: true, stopping).ConfigureAwait(false);
                isLost = claim.Owner != now.Id;
                return isLost ? null : NameDecision.Release(now.State, key, claim.Sequence);
            }
        }
    }

    /// <summary>Claims a name for an asset that has records.</summary>
    /// <returns>The claim; null if another caller was faster, and everything is to be looked up again.</returns>
    private async Task<NameClaim?> ClaimForRenameAsync(FoundAsset renamed, CatalogName target, CancellationToken cancellationToken)
    {
        var seen = await _claims.ReadAsync(target, confirm: true, cancellationToken).ConfigureAwait(false);
        if (seen.Owner is not { } owner)
        {
            var claim = await _claims.ClaimAsync(seen, renamed.Asset.Id, cancellationToken).ConfigureAwait(false);
            return claim.Owner == renamed.Asset.Id ? claim : null;
        }
        var other = new FoundAsset(seen, await _chains.ReadAsync(owner, confirm: true, cancellationToken).ConfigureAwait(false));
        if (other.IsVoid)
        {
            await _claims.ReleaseAsync(other.Claim, cancellationToken).ConfigureAwait(false);
            return null;
        }
        if (other.Asset.Id == renamed.Asset.Id)
            return other.Claim;
        // An interrupted rename of the other asset is finished, so that everybody sees who has the name.
        if (!other.IsOwner)
        {
            await _chains.AppendAsync(
                other.Asset,
                Changing,
                null,
                (now, _) => new(now.State.HasReleased(target, other.Claim.Sequence) ? null : NameDecision.Finish(now.State, target)),
                cancellationToken).ConfigureAwait(false);
        }
        throw Refusals.Of(
            StoreErrorCode.AlreadyExists,
            $"the name '{ErrorText.Escape(target.Text)}' belongs to the asset '{ErrorText.Escape(other.Asset.State.Names.FirstOrDefault() ?? target.Text)}'",
            "Choose another name, or release this one first.").WithContext(Changing, Store.GetUri(NameClaims.FolderOf(target)));
    }
}
