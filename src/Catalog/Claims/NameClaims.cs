using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Claims;

/// <summary>The chains that say which asset claims a name.</summary>
internal sealed class NameClaims(ArtifactStore store, RecordSource source)
{
    private const string Kind = "name";
    private const string OfAssets = "asset";

    /// <summary>The folder of the chains.</summary>
    public static StorePath Folder { get; } = "catalog/names/asset";

    public static StorePath FolderOf(CatalogName name) => Folder / Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.Key)));

    /// <summary>Reads who claims a name now.</summary>
    public async Task<NameClaim> ReadAsync(CatalogName name, CancellationToken cancellationToken) =>
        Of(name, await ChainOf(name).FindHeadAsync(null, cancellationToken).ConfigureAwait(false));

    /// <summary>Claims a name for an asset, if its chain has not changed since it was read.</summary>
    /// <returns>The claim afterwards, which may be another asset's.</returns>
    public Task<NameClaim> ClaimAsync(NameClaim seen, Guid owner, CancellationToken cancellationToken) => AppendAsync(seen, owner, cancellationToken);

    /// <summary>Ends a claim, if the chain has not changed since it was read. The state of the asset has to say first that the claim is void.</summary>
    /// <returns>The claim afterwards, which may be another asset's.</returns>
    public Task<NameClaim> ReleaseAsync(NameClaim seen, CancellationToken cancellationToken) => AppendAsync(seen, null, cancellationToken);

    /// <summary>Lists the claims of all names by listing their chains, in no particular order.</summary>
    /// <param name="unreadable">Called with each chain that cannot be read, which is left out; null: it fails the listing.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public async IAsyncEnumerable<NameClaim> ListAsync(Action<StoreException>? unreadable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = StorePath.Root;
        await foreach (var entry in store.ListAsync(Folder, new() { Recursive = true }, cancellationToken).ConfigureAwait(false))
        {
            // Record 1 gives the name; a listing may omit any but the greatest number.
            if (entry.Path.Parent == folder)
                continue;
            folder = entry.Path.Parent;
            NameClaim? claim = null;
            try
            {
                claim = await ReadListedAsync(folder, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (unreadable is not null && e.Code == StoreErrorCode.IntegrityFailure)
            {
                unreadable(e);
            }
            if (claim is not null)
                yield return claim;
        }
    }

    private async Task<NameClaim?> ReadListedAsync(StorePath folder, CancellationToken cancellationToken)
    {
        var content = await new Chain(store, folder, Kind, "").TryReadBytesAsync(1, cancellationToken).ConfigureAwait(false);
        if (content is null)
            return null;
        try
        {
            // The chain that belongs to the name checks the record. A file that somebody put elsewhere is no claim.
            var name = CatalogName.OfAsset(Record.Text(Record.Parse(content).Node["text"]) ?? "");
            return FolderOf(name) == folder ? await ReadAsync(name, cancellationToken).ConfigureAwait(false) : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or StoreException { Code: StoreErrorCode.PathConflict })
        {
            throw Broken($"{(e as StoreException)?.Reason ?? e.Message}", folder, 1, e);
        }
    }

    private async Task<NameClaim> AppendAsync(NameClaim seen, Guid? owner, CancellationToken cancellationToken)
    {
        var name = seen.Name;
        var (head, _) = await ChainOf(name).AppendAsync(
            seen.Head,
            source.NextId(),
            (now, _) => new(now?.Sequence == seen.Head?.Sequence
                ? source.Begin(Kind, name.Key, ("of", OfAssets), ("text", name.Text), ("fold", CatalogName.FoldVersion), ("owner", owner?.ToString()))
                : null),
            cancellationToken).ConfigureAwait(false);
        return Of(name, head);
    }

    private Chain ChainOf(CatalogName name) => new(store, FolderOf(name), Kind, name.Key);

    private NameClaim Of(CatalogName name, ChainHead? head)
    {
        if (head?.Record is not { } record)
            return new(name, head, null);
        var isOfAsset = Record.Text(record.Node["of"]) == OfAssets;
        if (isOfAsset && record.Node["owner"] is null)
            return new(name, head, null);
        return isOfAsset && Guid.TryParseExact(Record.Text(record.Node["owner"]), "D", out var owner)
            ? new(name, head, owner)
            : throw Broken("it does not say which asset claims the name", FolderOf(name), record.Sequence, null);
    }

    private StoreException Broken(string reason, StorePath folder, int sequence, Exception? cause) => Chain.Broken(store, new Chain(store, folder, Kind, "").PathOf(sequence), reason, cause);
}
