using Cairn.Catalog.Assets;
using Cairn.Catalog.Changes;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.States;

namespace Cairn.Catalog;

public sealed partial class AssetCollection
{
    /// <summary>Moves an alias to a version, or creates it.</summary>
    /// <param name="name">The name of the asset.</param>
    /// <param name="alias">The alias. <c>latest</c> is computed and cannot be moved.</param>
    /// <param name="to">The number of the version, which is not deleted.</param>
    /// <param name="from">Where the alias has to be. Default: anywhere.</param>
    /// <param name="why">The reason, which protected aliases require. Optional.</param>
    /// <param name="isFixed">true to make it an alias that never moves again. Default: false.</param>
    /// <param name="cancellationToken">Cancels the move.</param>
    /// <returns>true; false if the alias was there already.</returns>
    /// <exception cref="AliasMovedException">The alias is not where <paramref name="from"/> says. Other changes of the asset do not matter.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the alias is fixed, or it is protected and no reason is given. See also
    /// <see cref="AssetCollection"/>.</exception>
    public Task<bool> MoveAliasAsync(
        string name, string alias, int to, AliasExpectation from = default, string? why = null, bool isFixed = false, CancellationToken cancellationToken = default) =>
        StepAsync(name, new(CatalogName.OfAlias(alias), to, from, isFixed), why, cancellationToken);

    /// <summary>Removes an alias. Its history stays.</summary>
    /// <param name="name">The name of the asset.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="from">Where the alias has to be. Default: anywhere.</param>
    /// <param name="why">The reason, which protected aliases require. Optional.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>true; false if the alias did not exist.</returns>
    /// <exception cref="AliasMovedException">The alias is not where <paramref name="from"/> says.</exception>
    /// <exception cref="StoreException">As for <see cref="MoveAliasAsync"/>.</exception>
    public Task<bool> RemoveAliasAsync(string name, string alias, AliasExpectation from = default, string? why = null, CancellationToken cancellationToken = default) =>
        StepAsync(name, new(CatalogName.OfAlias(alias), null, from, false), why, cancellationToken);

    /// <summary>Changes properties of an asset or of a version.</summary>
    /// <param name="reference">A name for the asset; <c>name:7</c> or <c>name@alias</c> for a version.</param>
    /// <param name="edit">States the changes. It is called once.</param>
    /// <param name="cancellationToken">Cancels the update.</param>
    /// <returns>true; false if nothing differs.</returns>
    /// <exception cref="ArgumentException">A change does not belong to what the reference names.</exception>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.Unsupported"/>: the metadata is beyond a limit. See also <see cref="AssetCollection"/>.</exception>
    public async Task<bool> UpdateAsync(AssetReference reference, Action<AssetEdit> edit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var name = NameOf(reference);
        var changes = new AssetEdit();
        edit(changes);
        if (reference.IsLatest)
        {
            if (changes.Metadata.Count > 0)
                throw new ArgumentException("Metadata belongs to a version: the reference has to name one.", nameof(edit));
            return (await ChangeAsync(name, state => EditDecision.EditAsset(state, changes), cancellationToken).ConfigureAwait(false)).Changed;
        }
        if (changes.IsOfAsset)
            throw new ArgumentException("The type, the displayed name and the kinds of aliases belong to the asset: the reference must not name a version.", nameof(edit));
        return (await ChangeAsync(name, RequireLivingAsync, DecideAsync, cancellationToken).ConfigureAwait(false)).Changed;

        async ValueTask<StateChange?> DecideAsync(AssetHead now, CancellationToken stopping)
        {
            var number = NumberOf(name, reference, now.State);
            return EditDecision.EditVersion(now.State, number, await _versions.ReadPropertiesAsync(now, number, stopping).ConfigureAwait(false), changes);
        }
    }

    /// <summary>Makes a version undeletable.</summary>
    /// <param name="reference">The version: <c>name:7</c> or <c>name@alias</c>.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>true; false if the version is pinned already.</returns>
    public Task<bool> PinAsync(AssetReference reference, CancellationToken cancellationToken = default) => PinAsync(reference, pinned: true, cancellationToken);

    /// <summary>Makes a pinned version deletable.</summary>
    /// <param name="reference">The version: <c>name:7</c> or <c>name@alias</c>.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>true; false if the version is not pinned.</returns>
    public Task<bool> UnpinAsync(AssetReference reference, CancellationToken cancellationToken = default) => PinAsync(reference, pinned: false, cancellationToken);

    /// <summary>Deletes a version: it can no longer be read, and its number is never reused. The content stays in the store until it is collected.</summary>
    /// <param name="reference">The version: <c>name:7</c> or <c>name@alias</c>.</param>
    /// <param name="withAliases">true to remove the aliases that lead to it in the same record. Default: false. Fixed aliases are never removed.</param>
    /// <param name="why">The reason, which protected aliases require. Optional.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <returns>true; false if the version is deleted already.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: aliases lead to the version, or it is pinned; the reason names them all. See also
    /// <see cref="AssetCollection"/>.</exception>
    public async Task<bool> DeleteAsync(AssetReference reference, bool withAliases = false, string? why = null, CancellationToken cancellationToken = default)
    {
        var name = NameOfVersion(reference);
        MetadataLimits.CheckText(why, "the reason");
        return (await ChangeAsync(
            name, state => DeletionDecision.DeleteVersions(state, [reference.Number ?? NumberOf(name, reference, state)], withAliases, why), cancellationToken).ConfigureAwait(false)).Changed;
    }

    /// <summary>Deletes an asset with all its versions. Its names stay its own, so that it can be restored, until <see cref="ReleaseNameAsync"/> releases them.</summary>
    /// <param name="name">The name of the asset.</param>
    /// <param name="withAliases">true to remove its aliases in the same record. Default: false. Fixed aliases are never removed.</param>
    /// <param name="why">The reason, which protected aliases require. Optional.</param>
    /// <param name="cancellationToken">Cancels the deletion.</param>
    /// <returns>true; false if the asset is deleted already.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: it has aliases or pinned versions; the reason names them all. See also
    /// <see cref="AssetCollection"/>.</exception>
    public async Task<bool> DeleteAssetAsync(string name, bool withAliases = false, string? why = null, CancellationToken cancellationToken = default)
    {
        var key = CatalogName.OfAsset(name);
        MetadataLimits.CheckText(why, "the reason");
        return (await ChangeAsync(key, RequireEmptyOrBegunAsync, (now, _) => new(DeletionDecision.DeleteAll(now.State, key, withAliases, why)), cancellationToken).ConfigureAwait(false)).Changed;
    }

    /// <summary>Restores a deleted version.</summary>
    /// <param name="reference">The version: <c>name:7</c>.</param>
    /// <param name="cancellationToken">Cancels the restoration.</param>
    /// <returns>true; false if the version is not deleted.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such version, or the manifest of its content is no longer in the store. See also
    /// <see cref="AssetCollection"/>.</exception>
    public async Task<bool> RestoreAsync(AssetReference reference, CancellationToken cancellationToken = default)
    {
        var name = NameOfVersion(reference);
        return (await ChangeAsync(name, RequireLivingAsync, DecideAsync, cancellationToken).ConfigureAwait(false)).Changed;

        async ValueTask<StateChange?> DecideAsync(AssetHead now, CancellationToken stopping)
        {
            var number = reference.Number ?? NumberOf(name, reference, now.State);
            var change = DeletionDecision.RestoreVersions(now.State, [number]);
            if (change is not null)
                await FilesAsync(await _versions.ReadAsync(now, number, stopping).ConfigureAwait(false), stopping).ConfigureAwait(false);
            return change;
        }
    }

    /// <summary>Restores a deleted asset. Versions that were deleted before it stay deleted.</summary>
    /// <param name="name">A name of the asset that was not released.</param>
    /// <param name="cancellationToken">Cancels the restoration.</param>
    /// <returns>true; false if the asset is not deleted.</returns>
    public async Task<bool> RestoreAssetAsync(string name, CancellationToken cancellationToken = default) =>
        (await ChangeAsync(CatalogName.OfAsset(name), RequireAsync, (now, _) => new(DeletionDecision.RestoreAll(now.State)), cancellationToken).ConfigureAwait(false)).Changed;

    private async Task<bool> StepAsync(string name, AliasStep step, string? why, CancellationToken cancellationToken)
    {
        MetadataLimits.CheckText(why, "the reason");
        var key = CatalogName.OfAsset(name);
        try
        {
            return (await ChangeAsync(key, state => AliasDecision.Move(state, [step], why), cancellationToken).ConfigureAwait(false)).Changed;
        }
        catch (AliasMovedException e)
        {
            // Whoever moved it is in its history; a decision sees the state alone.
            var found = await RequireAsync(key, confirm: false, cancellationToken).ConfigureAwait(false);
            await foreach (var move in _versions.ReadMovesAsync(found.Asset, e.Alias, cancellationToken).ConfigureAwait(false))
            {
                if (move.To == e.Actual)
                    throw new AliasMovedException(e.Alias, e.Expected, e.Actual, move.By, move.At).WithContext(Changing, e.Uri ?? Store.Root);
            }
            throw;
        }
    }

    private async Task<bool> PinAsync(AssetReference reference, bool pinned, CancellationToken cancellationToken)
    {
        var name = NameOfVersion(reference);
        return (await ChangeAsync(name, state => DeletionDecision.Pin(state, reference.Number ?? NumberOf(name, reference, state), pinned), cancellationToken).ConfigureAwait(false)).Changed;
    }

    /// <summary>Finds an asset; one without records can be begun.</summary>
    private async Task<FoundAsset> RequireEmptyOrBegunAsync(CatalogName name, bool confirm, CancellationToken cancellationToken)
    {
        var found = await RequireAsync(name, confirm, cancellationToken).ConfigureAwait(false);
        if (found.Asset.Head is null)
            await _chains.RequireEmptyAsync(found.Asset.Id, cancellationToken).ConfigureAwait(false);
        return found;
    }
}
