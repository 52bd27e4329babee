using System.Security.Cryptography;
using System.Text;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Claims;

/// <summary>The chains that say which asset claims a name.</summary>
/// <param name="store">The store.</param>
/// <param name="source">Begins records.</param>
/// <param name="feed">Publishes copies of what is appended.</param>
/// <param name="wentBack">Called if the store went back to an earlier state.</param>
internal sealed class NameClaims(ArtifactStore store, RecordSource source, FeedPublisher feed, Action wentBack)
{
    private const string Kind = "name";
    private const string OfAssets = "asset";
    private readonly Recent<string, NameClaim> _recent = new();

    /// <summary>The folder of the chains.</summary>
    public static StorePath Folder { get; } = "catalog/names/asset";

    public static StorePath FolderOf(CatalogName name) => Folder / Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.Key)));

    /// <summary>Returns who claimed a name when its chain was read last; null if it is not remembered.</summary>
    public NameClaim? Recall(CatalogName name) => _recent.Find(name.Key) is { } claim ? claim with { Name = name } : null;

    /// <summary>Reads who claims a name now: one request if the claim is remembered.</summary>
    /// <param name="name">The name.</param>
    /// <param name="confirm">Whether a change will follow, so that a remembered record has to be confirmed.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<NameClaim> ReadAsync(CatalogName name, bool confirm, CancellationToken cancellationToken)
    {
        var known = Recall(name);
        var head = await ChainOf(name).FindHeadAsync(known?.Head, confirm, e => Forget(name, e), cancellationToken).ConfigureAwait(false);
        return known is not null && head?.Sequence == known.Sequence ? known : Of(name, head);
    }

    /// <summary>Claims a name for an asset, if its chain has not changed since it was read.</summary>
    /// <returns>The claim afterwards, which may be another asset's.</returns>
    public Task<NameClaim> ClaimAsync(NameClaim seen, Guid owner, CancellationToken cancellationToken) => AppendAsync(seen, owner, cancellationToken);

    /// <summary>Ends a claim, if the chain has not changed since it was read. The state of the asset has to say first that the claim is void.</summary>
    /// <returns>The claim afterwards, which may be another asset's.</returns>
    public Task<NameClaim> ReleaseAsync(NameClaim seen, CancellationToken cancellationToken) => AppendAsync(seen, null, cancellationToken);

    private async Task<NameClaim> AppendAsync(NameClaim seen, Guid? owner, CancellationToken cancellationToken)
    {
        var name = seen.Name;
        var (head, isAppended) = await ChainOf(name).AppendAsync(
            seen.Head,
            isNewest: true,
            source.NextId(),
            (now, _) => new(now?.Sequence == seen.Head?.Sequence
                ? source.Begin(Kind, name.Key, ("of", OfAssets), ("text", name.Text), ("fold", CatalogName.FoldVersion), ("owner", owner?.ToString()))
                : null),
            null,
            cancellationToken).ConfigureAwait(false);
        if (isAppended)
            feed.Publish(head!.Record!);
        return Of(name, head);
    }

    /// <summary>Forgets a claim: whatever is wrong with its chain, the next call reads it from its beginning.</summary>
    private void Forget(CatalogName name, StoreException error)
    {
        _recent.Forget(name.Key);
        if (error is StoreWentBackException)
            wentBack();
    }

    private Chain ChainOf(CatalogName name) => new(store, FolderOf(name), Kind, name.Key);

    private NameClaim Of(CatalogName name, ChainHead? head)
    {
        if (head?.Record is not { } record)
            return new(name, null, null);
        Guid? owner = record.Node["owner"] is null ? null : Guid.TryParseExact(Record.Text(record.Node["owner"]), "D", out var id) ? id : Guid.Empty;
        if (Record.Text(record.Node["of"]) != OfAssets || owner == Guid.Empty)
            throw Broken("it does not say which asset claims the name", FolderOf(name), record.Sequence, null);
        var claim = new NameClaim(name, head, owner);
        _recent.Keep(name.Key, claim with { Head = head with { Record = null } }, (a, b) => a.Sequence > b.Sequence);
        return claim;
    }

    private StoreException Broken(string reason, StorePath folder, int sequence, Exception? cause) => Chain.Broken(store, new Chain(store, folder, Kind, "").PathOf(sequence), reason, cause);
}
