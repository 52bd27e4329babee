using System.Runtime.CompilerServices;
using Cairn.Catalog.Index;
using Cairn.Catalog.Names;

namespace Cairn.Catalog;

public sealed partial class AssetCollection
{
    private const int PageSize = 200;

    /// <summary>Lists assets from the index on this machine.</summary>
    /// <param name="options">What to list. Optional.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>
    /// The assets in the order of their names, or as the options say. Unless the options ask for <see cref="Freshness.Cached"/>, the list contains everything that was published before the call,
    /// including the changes of this instance. An asset that changes while it is listed may appear in either state.
    /// </returns>
    /// <exception cref="StoreException">See <see cref="Catalog.SyncAsync"/>.</exception>
    public async IAsyncEnumerable<Asset> ListAsync(AssetListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new();
        var query = new AssetQuery
        {
            NamePrefix = options.NamePrefix is { } prefix ? CatalogName.FoldPrefix(prefix) : null,
            Type = options.Type is { } type ? CatalogName.OfType(type) : null,
            Tag = options.Tag,
            Alias = options.Alias,
            Where = options.Where,
            Text = options.Text,
            IncludeDeleted = options.IncludeDeleted,
            Order = options.NewestFirst ? AssetOrder.Changed : AssetOrder.Name,
            PageSize = PageSize,
        };
        var index = await _index.OpenAsync(options.Freshness, cancellationToken).ConfigureAwait(false);
        foreach (var item in ReadPages(after => index.List(query with { After = after }), cancellationToken))
            yield return Create(item.Id, item.Id.ToString(), item.State);
    }

    /// <summary>Lists versions of all assets, or of one, from the index on this machine.</summary>
    /// <param name="options">What to list. Optional.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The versions that are not deleted, in the order that <see cref="VersionListOptions"/> describes; otherwise as for <see cref="ListAsync"/>.</returns>
    /// <exception cref="StoreException">See <see cref="Catalog.SyncAsync"/>; <see cref="StoreErrorCode.NotFound"/>: no asset has the name that the options state.</exception>
    public async IAsyncEnumerable<AssetVersion> ListVersionsAsync(VersionListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new();
        Guid? asset = options.Name is { } name ? (await RequireLivingAsync(CatalogName.OfAsset(name), confirm: false, cancellationToken).ConfigureAwait(false)).Asset.Id : null;
        var query = new VersionQuery
        {
            AssetId = asset,
            NamePrefix = options.NamePrefix is { } prefix ? CatalogName.FoldPrefix(prefix) : null,
            Type = options.Type is { } type ? CatalogName.OfType(type) : null,
            Tag = options.Tag,
            Since = options.Since,
            Until = options.Before,
            Where = options.Where,
            Text = options.Text,
            OnlyLatest = options.OnlyLatest,
            Order = options.ByName ? VersionOrder.Name : VersionOrder.Time,
            PageSize = PageSize,
        };
        var index = await _index.OpenAsync(options.Freshness, cancellationToken).ConfigureAwait(false);
        foreach (var item in ReadPages(after => index.List(query with { After = after }), cancellationToken))
            yield return Create(item);
    }

    private static IEnumerable<T> ReadPages<T>(Func<string?, IndexPage<T>> list, CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = list(after);
            foreach (var item in page.Items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item;
            }
            after = page.Next;
        }
        while (after is not null);
    }

    private AssetVersion Create(VersionItem item) => new()
    {
        Repository = _repository,
        AssetId = item.AssetId,
        Name = item.State.Names.Count > 0 ? item.State.Names[0] : item.AssetId.ToString(),
        Number = item.Number,
        Artifact = item.Artifact,
        CreatedAt = item.CreatedAt,
        CreatedBy = item.CreatedBy,
        Description = item.Description,
        Tags = item.Tags,
        Metadata = item.Metadata,
        Aliases = [.. item.State.Aliases.Where(a => a.Value == item.Number).Select(a => a.Key)],
        IsPinned = item.State.Pinned.Contains(item.Number),
        IsDeleted = !item.State.Has(item.Number),
        RunId = item.Producer?.RunId,
        TaskId = item.Producer?.TaskId,
    };
}
