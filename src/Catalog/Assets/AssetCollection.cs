using Cairn.Artifacts;
using Cairn.Catalog.Assets;
using Cairn.Catalog.Changes;
using Cairn.Catalog.Claims;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Index;
using Cairn.Catalog.Keys;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog;

/// <summary>The assets of a catalog: names, numbered versions, aliases and their history.</summary>
/// <remarks>
/// <para>
/// Every change is one record in the store, which exists when the call returns; a call that was interrupted has made its change completely or not at all.
/// Of several callers that change one asset, each decides on what the one before it wrote, so no change is lost, and a condition (where an alias has to be, what may be deleted) is
/// checked at the moment of the change. There is no transaction over several assets.
/// </para>
/// <para>
/// Every call about a name asks the store for the newest records, so a change of another program is visible at once: an asset that was used before costs one request.
/// Lists and searches read an index on this machine, which is brought up to the store first. Within one <see cref="Catalog"/>, changes of one asset queue up. Thread-safe.
/// </para>
/// <para>Calls throw <see cref="StoreException"/>: <see cref="StoreErrorCode.NotFound"/> if the asset or version does not exist or is deleted,
/// <see cref="StoreErrorCode.PreconditionFailed"/> if a rule refuses the change,
/// <see cref="StoreErrorCode.IntegrityFailure"/> if a record is damaged or needs newer software, and the errors of the store.</para>
/// </remarks>
public sealed partial class AssetCollection
{
    private const string Changing = "change the asset in";
    private readonly ArtifactRepository _repository;
    private readonly RecordSource _source;
    private readonly CatalogOpening _opening;
    private readonly SyncedIndex _index;
    private readonly NameClaims _claims;
    private readonly AssetChains _chains;
    private readonly SaveKeys _keys;
    private readonly VersionReader _versions;

    internal AssetCollection(ArtifactRepository repository, RecordSource source, CatalogOpening opening, FeedPublisher feed, SyncedIndex index, MachineTurns? turns)
    {
        (_repository, _source, _opening, _index) = (repository, source, opening, index);
        (_claims, _chains) = (new(repository.Store, source, feed, index.Drop), new(repository.Store, source, feed, turns, index.Drop));
        (_versions, _keys) = (new(_chains, repository), new(repository.Store, source));
    }

    private ArtifactStore Store => _repository.Store;

    /// <summary>Finds the asset that claims a name.</summary>
    private async Task<FoundAsset?> FindAsync(CatalogName name, bool confirm, CancellationToken cancellationToken) =>
        await LookUpAsync(name, confirm, cancellationToken).ConfigureAwait(false) is (var claim, { } asset) ? new(claim, asset) : null;

    /// <summary>Finds the claim of a name and the asset that claims it. If the claim is remembered, one request suffices: an asset lists a name only while it owns it.</summary>
    private async Task<(NameClaim Claim, AssetHead? Asset)> LookUpAsync(CatalogName name, bool confirm, CancellationToken cancellationToken)
    {
        if (_claims.Recall(name) is { Owner: { } known } claim)
        {
            var asset = await _chains.ReadAsync(known, confirm, cancellationToken).ConfigureAwait(false);
            if (asset.Head is not null && asset.State.Lists(name))
                return (claim, asset);
        }
        return await LookUpClaimAsync(name, confirm, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds what <see cref="LookUpAsync"/> finds, but for an append a remembered record need not be the newest one: to create the next one tells.</summary>
    private async Task<(NameClaim Claim, AssetHead? Asset)> LookUpForAppendAsync(CatalogName name, CancellationToken cancellationToken) =>
        _claims.Recall(name) is { Owner: { } known } claim
        && await _chains.ConfirmAsync(known, cancellationToken).ConfigureAwait(false) is { } asset
        && asset.State.Lists(name)
            ? (claim, asset)
            : await LookUpAsync(name, confirm: true, cancellationToken).ConfigureAwait(false);

    /// <summary>Finds the newest claim of a name and the asset that claims it.</summary>
    private async Task<(NameClaim Claim, AssetHead? Asset)> LookUpClaimAsync(CatalogName name, bool confirm, CancellationToken cancellationToken)
    {
        await _opening.OpenAsync(cancellationToken).ConfigureAwait(false);
        var claim = await _claims.ReadAsync(name, confirm, cancellationToken).ConfigureAwait(false);
        return (claim, claim.Owner is { } owner ? await _chains.ReadAsync(owner, confirm, cancellationToken).ConfigureAwait(false) : null);
    }

    /// <summary>Finds the asset that owns a name. It may be deleted, or have no records.</summary>
    private async Task<FoundAsset> RequireAsync(CatalogName name, bool confirm, CancellationToken cancellationToken)
    {
        var found = await FindAsync(name, confirm, cancellationToken).ConfigureAwait(false);
        if (found is null || found.IsVoid)
            throw NotFound(name, $"no asset has the name '{ErrorText.Escape(name.Text)}'", "List the assets, or save one under this name.");
        return found.IsOwner ? found : throw NotFound(
            name,
            $"a rename of '{ErrorText.Escape(found.Asset.State.Names.FirstOrDefault() ?? "a deleted asset")}' to '{ErrorText.Escape(name.Text)}' was not finished",
            "Rename the asset again, or release the name.");
    }

    /// <summary>Finds an asset that can be read and changed: it has records and is not deleted.</summary>
    private async Task<FoundAsset> RequireLivingAsync(CatalogName name, bool confirm, CancellationToken cancellationToken)
    {
        var found = await RequireAsync(name, confirm, cancellationToken).ConfigureAwait(false);
        if (found.Asset.Head is null)
            throw NotFound(name, $"the asset '{ErrorText.Escape(name.Text)}' has no versions", "Save one.");
        return found.Asset.State.IsGone ? throw NotFound(name, $"the asset '{ErrorText.Escape(name.Text)}' is deleted", "Restore it, or release its name to use the name for a new asset.") : found;
    }

    /// <summary>Changes the asset that owns a name. If the asset loses the name in the meantime, the name is looked up again.</summary>
    private async Task<(AssetHead Asset, bool Changed)> ChangeAsync(
        CatalogName name,
        Func<CatalogName, bool, CancellationToken, Task<FoundAsset>> find,
        Func<AssetHead, CancellationToken, ValueTask<StateChange?>> decide,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await find(name, true, cancellationToken).ConfigureAwait(false);
            var isLost = false;
            var result = await _chains.AppendAsync(
                found.Asset,
                Changing,
                null,
                (now, stopping) =>
                {
                    isLost = now.Head is not null && !now.State.Lists(name);
                    return isLost ? new((StateChange?)null) : decide(now, stopping);
                },
                cancellationToken).ConfigureAwait(false);
            if (!isLost)
                return result;
        }
    }

    private Task<(AssetHead Asset, bool Changed)> ChangeAsync(CatalogName name, Func<AssetState, StateChange?> decide, CancellationToken cancellationToken) =>
        ChangeAsync(name, RequireLivingAsync, (now, _) => new(decide(now.State)), cancellationToken);

    /// <summary>The number of the version to which a reference leads in a state; it exists and is not deleted.</summary>
    private int NumberOf(CatalogName name, AssetReference reference, AssetState state)
    {
        if (reference.Alias is { } alias)
            return state.TargetOf(state.Spelling(alias)) ?? throw NotFound(
                name,
                $"the asset has no alias '{ErrorText.Escape(alias)}'; it has {ErrorText.List(state.Aliases.Keys.Select(ErrorText.Escape))}",
                "Choose one of its aliases.");
        if (reference.Number is not { } number)
            return state.Latest > 0 ? state.Latest : throw NotFound(name, $"the asset '{ErrorText.Escape(name.Text)}' has no version that is not deleted", "Save one, or restore one.");
        return state.Has(number)
            ? number
            : throw (number > state.Newest ? Refusals.NoVersion(number) : Refusals.Deleted(number)).WithContext(StoreOperations.Find, Store.GetUri(NameClaims.FolderOf(name)));
    }

    private static CatalogName NameOf(AssetReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Name is { } name
            ? CatalogName.OfAsset(name)
            : throw Refusals.Of(StoreErrorCode.Unsupported, "a digest names an artifact, and no version of an asset", "Use a name, or look at the artifact in the repository.");
    }

    /// <summary>The name and the version of a reference that has to state the version.</summary>
    private static CatalogName NameOfVersion(AssetReference reference)
    {
        var name = NameOf(reference);
        return reference.IsLatest
            ? throw Refusals.Of(StoreErrorCode.PathConflict, $"'{ErrorText.Escape(name.Text)}' names an asset but not a version", "Add ':' and a number, or '@' and an alias; to change the whole asset, call the methods for assets.")
            : name;
    }

    private StoreException NotFound(CatalogName name, string reason, string advice) =>
        Refusals.Of(StoreErrorCode.NotFound, reason, advice).WithContext(StoreOperations.Find, Store.GetUri(NameClaims.FolderOf(name)));
}
