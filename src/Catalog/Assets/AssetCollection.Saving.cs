using Cairn.Artifacts;
using Cairn.Catalog.Assets;
using Cairn.Catalog.Changes;
using Cairn.Catalog.Claims;
using Cairn.Catalog.Keys;
using Cairn.Catalog.Metadata;
using Cairn.Catalog.Names;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog;

public sealed partial class AssetCollection
{
    /// <summary>Saves an object as the next version of an asset, which is created if no asset has the name.</summary>
    /// <typeparam name="T">The type that selects the materializer.</typeparam>
    /// <param name="name">The name of the asset. Names that differ only in case or canonical composition are one name.</param>
    /// <param name="value">The object; a <see cref="Stream"/> or a <see cref="FileInfo"/> is saved unchanged.</param>
    /// <param name="options">Metadata, aliases and the mode. Optional.</param>
    /// <param name="cancellationToken">Cancels the save.</param>
    /// <returns>The version, which exists in the store. If the artifact and the metadata equal those of the newest version, it is that version, and <see cref="AssetVersion.Created"/>
    /// is false.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.PreconditionFailed"/>: the asset is deleted or has another type, or an alias is fixed, or is protected and no reason
    /// is given. See also <see cref="AssetCollection"/>.</exception>
    /// <exception cref="MaterializationException">The object cannot be saved.</exception>
    public async Task<AssetVersion> SaveAsync<T>(string name, T value, AssetSaveOptions? options = null, CancellationToken cancellationToken = default)
        where T : notnull
    {
        var (checkedName, request) = Check(name, options ??= new());
        var saving = _repository.SaveAsync(value, new() { Materializer = options.Materializer, Chunked = options.Chunked }, cancellationToken);
        return await AppendVersionAsync(checkedName, request, saving, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Saves a local file as the next version of an asset.</summary>
    /// <param name="name">The name of the asset.</param>
    /// <param name="localFile">The file, which is saved unchanged. With <see cref="AssetSaveOptions.Materializer"/>, it is checked against that format, and can be loaded as its types.</param>
    /// <param name="options">Metadata, aliases and the mode. Optional.</param>
    /// <param name="cancellationToken">Cancels the save.</param>
    /// <returns>The version; see <see cref="SaveAsync"/>.</returns>
    public async Task<AssetVersion> SaveFileAsync(string name, string localFile, AssetSaveOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localFile);
        if (options?.Materializer is not { } materializer)
            return await SaveAsync(name, new FileInfo(localFile), options, cancellationToken).ConfigureAwait(false);
        var (checkedName, request) = Check(name, options);
        var saving = _repository.SaveFileAsync(localFile, new() { Materializer = materializer, Chunked = options.Chunked }, cancellationToken);
        return await AppendVersionAsync(checkedName, request, saving, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Registers an artifact that the store holds already as the next version of an asset.</summary>
    /// <param name="name">The name of the asset.</param>
    /// <param name="artifact">The digest of the artifact.</param>
    /// <param name="options">Metadata, aliases and the mode. Optional.</param>
    /// <param name="cancellationToken">Cancels the registration.</param>
    /// <returns>The version; see <see cref="SaveAsync"/>.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: the store does not hold the artifact. See also <see cref="SaveAsync"/>.</exception>
    public async Task<AssetVersion> RegisterAsync(string name, BlobDigest artifact, AssetSaveOptions? options = null, CancellationToken cancellationToken = default)
    {
        var (checkedName, request) = Check(name, options ?? new());
        return await AppendVersionAsync(checkedName, request, _repository.StatAsync(artifact, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static (CatalogName Name, SaveRequest Request) Check(string name, AssetSaveOptions options)
    {
        var metadata = MetadataMembers.Copy(options.Metadata);
        MetadataLimits.Check(metadata);
        MetadataLimits.CheckText(options.Description, "the description");
        MetadataLimits.CheckText(options.Why, "the reason");
        MetadataLimits.CheckText(options.Display, "the displayed name");
        MetadataLimits.CheckText(options.Key, "the key");
        if (options.AliasFrom.IsStated && options.Alias is null)
            throw new ArgumentException("Where an alias has to be is stated, and no alias.", nameof(options));
        List<(string, AliasExpectation, bool)> aliases = [];
        if (options.Alias is { } alias)
            aliases.Add((CatalogName.OfAlias(alias), options.AliasFrom, false));
        if (options.FixedAlias is { } label)
            aliases.Add((CatalogName.OfAlias(label), default, true));
        return (CatalogName.OfAsset(name), new(default, metadata)
        {
            Description = options.Description,
            Type = options.Type is null ? null : CatalogName.OfType(options.Type),
            Display = options.Display,
            Key = options.Key,
            Aliases = aliases,
            Why = options.Why,
            Mode = options.Mode,
            Producer = options.Producer,
        });
    }

    /// <summary>Appends a version as soon as its content is in the store. The newest records are read meanwhile.</summary>
    private async Task<AssetVersion> AppendVersionAsync(CatalogName name, SaveRequest request, Task<Artifact> saving, CancellationToken cancellationToken)
    {
        var finding = LookUpForAppendAsync(name, cancellationToken);
        try
        {
            request = request with { Artifact = (await saving.ConfigureAwait(false)).Digest };
        }
        catch
        {
            await ((Task)finding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        if (request.Key is { } key)
        {
            await ((Task)finding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await AppendOnceAsync(name, key, request, cancellationToken).ConfigureAwait(false);
        }
        while (true)
        {
            if (await ClaimForSaveAsync(await finding.ConfigureAwait(false), cancellationToken).ConfigureAwait(false) is { } found)
            {
                var (isLost, number, isNew) = (false, 0, false);
                var (asset, _) = await _chains.AppendAsync(found.Asset, StoreOperations.Save, null, DecideAsync, cancellationToken).ConfigureAwait(false);
                if (!isLost)
                    return await _versions.ReadAsync(asset, number, cancellationToken).ConfigureAwait(false) with { Created = isNew };

                async ValueTask<StateChange?> DecideAsync(AssetHead now, CancellationToken stopping)
                {
                    isLost = (found with { Asset = now }).IsVoid;
                    if (isLost)
                        return null;
                    var equal = await FindEqualAsync(now, request, stopping).ConfigureAwait(false);
                    (var change, number) = SaveDecision.Save(now.State, now.Sequence + 1, name, request, equal);
                    isNew = equal is null;
                    return change;
                }
            }
            finding = LookUpAsync(name, confirm: true, cancellationToken);
        }
    }

    /// <summary>Appends a version once for a key. The claim of the key decides which record it is, or that none is needed; whoever comes later completes or finds it.</summary>
    private async Task<AssetVersion> AppendOnceAsync(CatalogName name, string key, SaveRequest request, CancellationToken cancellationToken)
    {
        var print = SaveKey.PrintOf(name, request);
        var (claim, isOwn) = (await _keys.FindAsync(key, cancellationToken).ConfigureAwait(false), false);
        while (claim is null)
        {
            var seen = await LookUpAsync(name, confirm: true, cancellationToken).ConfigureAwait(false);
            if (await ClaimForSaveAsync(seen, cancellationToken).ConfigureAwait(false) is not { Asset: var begun })
                continue;
            // A refusal leaves the key unused.
            var equal = await FindEqualAsync(begun, request, cancellationToken).ConfigureAwait(false);
            var (change, _) = SaveDecision.Save(begun.State, begun.Sequence + 1, name, request, equal);
            (claim, isOwn) = await _keys.ClaimAsync(key, new(begun.Id, begun.Sequence, change is null ? null : _source.NextId(), equal?.Number, print), cancellationToken).ConfigureAwait(false);
        }
        if (claim.Print != print)
        {
            throw Refusals.Of(StoreErrorCode.AlreadyExists, $"the key '{ErrorText.Escape(key)}' was used for a save that differs in its name, content or options", "Use a new key for another save.")
                .WithContext(StoreOperations.Save, Store.GetUri(KeyChain.FolderOf(key)));
        }
        var asset = await _chains.ReadAsync(claim.AssetId, confirm: true, cancellationToken).ConfigureAwait(false);
        var (searched, number) = (claim.After, claim.Version ?? 0);
        if (claim.Record is { } id)
            (asset, _) = await _chains.AppendAsync(asset, StoreOperations.Save, id, DecideAsync, cancellationToken).ConfigureAwait(false);
        return await _versions.ReadAsync(asset, number, cancellationToken).ConfigureAwait(false) with { Created = isOwn && claim.Version is null };

        async ValueTask<StateChange?> DecideAsync(AssetHead now, CancellationToken stopping)
        {
            // The record may have been written since the key was claimed, at any number.
            if (now.Head is not null && await _chains.FindRecordAsync(now, searched + 1, id, stopping).ConfigureAwait(false) is { } written)
            {
                number = _chains.Read(now.Id, written.Sequence, () => AssetChange.Of(written).Version) ?? number;
                return null;
            }
            searched = now.Sequence;
            (int, VersionCreation)? equal = claim.Version is { } version ? (version, await _versions.ReadCreationAsync(now, version, stopping).ConfigureAwait(false)) : null;
            (var change, number) = SaveDecision.Save(now.State, now.Sequence + 1, name, request, equal);
            return change;
        }
    }

    private async ValueTask<(int Number, VersionCreation Creation)?> FindEqualAsync(AssetHead now, SaveRequest request, CancellationToken cancellationToken)
    {
        if (!SaveDecision.NeedsNewest(now.State, request))
            return null;
        var newest = await _versions.ReadCreationAsync(now, now.State.Newest, cancellationToken).ConfigureAwait(false);
        return SaveDecision.IsEqual(now.State, request, newest) ? (now.State.Newest, newest) : null;
    }

    /// <summary>Claims a name for a new asset, or uses the asset that has claimed it.</summary>
    /// <returns>The asset; null if another caller was faster, and the name is to be looked up again.</returns>
    private async Task<FoundAsset?> ClaimForSaveAsync((NameClaim Claim, AssetHead? Asset) seen, CancellationToken cancellationToken)
    {
        if (seen.Asset is not { } asset)
        {
            var id = _source.NextId();
            var claim = await _claims.ClaimAsync(seen.Claim, id, cancellationToken).ConfigureAwait(false);
            return claim.Owner == id ? new(claim, new(id, null, AssetState.Of(null))) : null;
        }
        var found = new FoundAsset(seen.Claim, asset);
        if (asset.Head is null)
            await _chains.RequireEmptyAsync(asset.Id, cancellationToken).ConfigureAwait(false);
        if (!found.IsVoid)
            return found;
        await _claims.ReleaseAsync(seen.Claim, cancellationToken).ConfigureAwait(false);
        return null;
    }
}
