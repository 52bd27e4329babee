using System.Runtime.CompilerServices;
using Cairn.Artifacts;
using Cairn.Catalog.Assets;
using Cairn.Catalog.Names;
using Cairn.Catalog.States;
using Cairn.Errors;
using Cairn.Materializers;

namespace Cairn.Catalog;

public sealed partial class AssetCollection
{
    /// <summary>Returns a version without loading its content.</summary>
    /// <param name="reference">A name (the newest version that is not deleted), <c>name:7</c> or <c>name@alias</c>.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>; <see cref="StoreErrorCode.Unsupported"/>: the reference is a digest. See also <see cref="AssetCollection"/>.</exception>
    public async Task<AssetVersion> GetAsync(AssetReference reference, CancellationToken cancellationToken = default)
    {
        var name = NameOf(reference);
        var asset = (await RequireLivingAsync(name, confirm: false, cancellationToken).ConfigureAwait(false)).Asset;
        return await _versions.ReadAsync(asset, NumberOf(name, reference, asset.State), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns an asset, which may be deleted or have no versions.</summary>
    /// <param name="name">The current name or a former one.</param>
    /// <param name="cancellationToken">Cancels the look-up.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>. See also <see cref="AssetCollection"/>.</exception>
    public async Task<Asset> GetAssetAsync(string name, CancellationToken cancellationToken = default) =>
        Create(await RequireAsync(CatalogName.OfAsset(name), confirm: false, cancellationToken).ConfigureAwait(false));

    /// <summary>Loads the content of a version.</summary>
    /// <typeparam name="T">The requested type; <see cref="object"/> for the default type of the materializer.</typeparam>
    /// <param name="reference">A name (the newest version that is not deleted), <c>name:7</c>, <c>name@alias</c>, or the digest of an artifact.</param>
    /// <param name="cancellationToken">Cancels the load.</param>
    /// <returns>The object, as <see cref="ArtifactRepository.LoadAsync{T}"/> loads it: every byte is verified.</returns>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such version, or its content is no longer in the store. See also
    /// <see cref="AssetCollection"/>.</exception>
    /// <exception cref="MaterializationException">The content cannot be loaded as this type.</exception>
    public async Task<T> LoadAsync<T>(AssetReference reference, CancellationToken cancellationToken = default)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Digest is { } digest)
            return await _repository.LoadAsync<T>(digest, cancellationToken).ConfigureAwait(false);
        var version = await GetAsync(reference, cancellationToken).ConfigureAwait(false);
        return await OfContentAsync(version, (artifact, stopping) => _repository.LoadAsync<T>(artifact, stopping), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the versions of an asset, the newest first, with the deleted ones.</summary>
    /// <param name="name">The name of the asset, which may be deleted.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    /// <returns>The versions as they were when the enumeration began. Each record of the asset is read once.</returns>
    public async IAsyncEnumerable<AssetVersion> HistoryAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var found = await RequireAsync(CatalogName.OfAsset(name), confirm: false, cancellationToken).ConfigureAwait(false);
        await foreach (var version in _versions.ReadBackAsync(found.Asset, cancellationToken).ConfigureAwait(false))
            yield return version;
    }

    /// <summary>Returns the moves of an alias, the newest first.</summary>
    /// <param name="name">The name of the asset, which may be deleted.</param>
    /// <param name="alias">The alias, which may have been removed.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    public async IAsyncEnumerable<AliasMove> AliasHistoryAsync(string name, string alias, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var key = CatalogName.OfAlias(alias);
        var found = await RequireAsync(CatalogName.OfAsset(name), confirm: false, cancellationToken).ConfigureAwait(false);
        await foreach (var move in _versions.ReadMovesAsync(found.Asset, found.Asset.State.Spelling(key), cancellationToken).ConfigureAwait(false))
            yield return move;
    }

    /// <summary>Compares two versions, of one asset or of two: their files by digest, their metadata by value.</summary>
    /// <param name="from">The one version.</param>
    /// <param name="to">The other version.</param>
    /// <param name="cancellationToken">Cancels the comparison.</param>
    /// <exception cref="StoreException"><see cref="StoreErrorCode.NotFound"/>: there is no such version, or its content is no longer in the store. See also
    /// <see cref="AssetCollection"/>.</exception>
    public async Task<VersionDiff> DiffAsync(AssetReference from, AssetReference to, CancellationToken cancellationToken = default)
    {
        var (left, right) = (await GetAsync(from, cancellationToken).ConfigureAwait(false), await GetAsync(to, cancellationToken).ConfigureAwait(false));
        var (before, after) = (await FilesAsync(left, cancellationToken).ConfigureAwait(false), await FilesAsync(right, cancellationToken).ConfigureAwait(false));
        var files = before.Keys.Union(after.Keys)
            .Select(n => new FileDifference(n, before.GetValueOrDefault(n), after.GetValueOrDefault(n)))
            .Where(d => d.From?.Digest != d.To?.Digest || d.From?.MediaType != d.To?.MediaType)
            .OrderBy(d => d.Name.Value, Utf8Order.Comparer);
        var metadata = left.Metadata.Keys.Union(right.Metadata.Keys)
            .Select(k => new MetadataDifference(k, left.Metadata.GetValueOrDefault(k), right.Metadata.GetValueOrDefault(k)))
            .Where(d => d.From != d.To)
            .OrderBy(d => d.Key, Utf8Order.Comparer);
        return new(left, right, [.. files], [.. metadata]);
    }

    private static Asset Create(FoundAsset found) => Create(found.Asset.Id, found.Claim.Name.Text, found.Asset.State);

    private static Asset Create(Guid id, string name, AssetState state)
    {
        var names = state.Names.Count > 0 ? state.Names : [name];
        return new()
        {
            Id = id,
            Name = names[0],
            FormerNames = [.. names.Skip(1)],
            Type = state.Type,
            Display = state.Display ?? names[0],
            Description = state.Description,
            Tags = state.Tags,
            Aliases = state.Aliases,
            FixedAliases = state.Fixed,
            ProtectedAliases = state.Protected,
            Pinned = state.Pinned,
            Latest = state.Latest > 0 ? state.Latest : null,
            Newest = state.Newest,
            Count = state.IsGone ? 0 : state.Newest - state.Deleted.Count,
            IsDeleted = state.IsGone,
        };
    }

    private async Task<Dictionary<StorePath, ArtifactFile>> FilesAsync(AssetVersion version, CancellationToken cancellationToken) =>
        (await OfContentAsync(version, (artifact, stopping) => _repository.StatAsync(artifact, stopping), cancellationToken).ConfigureAwait(false)).Manifest.Files.ToDictionary(f => f.Name);

    /// <summary>Uses the content of a version; reports if the store no longer has it.</summary>
    private async Task<T> OfContentAsync<T>(AssetVersion version, Func<BlobDigest, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            return await use(version.Artifact, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.NotFound)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.NotFound, $"version {version} is recorded, and its content {version.Artifact} is not in the store")
            {
                Advice = "Choose another version, or restore the artifact from a copy of the store.",
            }, e).WithContext(StoreOperations.Read, e.Uri ?? Store.Root);
        }
    }
}
