using Cairn.Artifacts;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.Keys;

/// <summary>The chains that say which save a key belongs to. The first record of a chain decides; there are no others.</summary>
internal sealed class SaveKeys(ArtifactStore store, RecordSource source)
{
    private const string Kind = "key";
    private const string OfSaves = "save";
    private static readonly StorePath _folder = "catalog/keys";

    /// <summary>The folder of the chain of a key.</summary>
    public static StorePath FolderOf(string key) => _folder / BlobDigest.Of(System.Text.Encoding.UTF8.GetBytes(key)).Hex;

    /// <summary>Finds the save of a key; null if the key has not been used.</summary>
    public async Task<SaveKey?> FindAsync(string key, CancellationToken cancellationToken) =>
        await ChainOf(key).TryReadAsync(1, cancellationToken).ConfigureAwait(false) is { } record ? Read(key, record) : null;

    /// <summary>Decides which save a key belongs to, unless another caller has decided.</summary>
    /// <returns>The save that the key belongs to, and whether this call decided.</returns>
    public async Task<(SaveKey Save, bool IsOwn)> ClaimAsync(string key, SaveKey save, CancellationToken cancellationToken)
    {
        var (head, isOwn) = await ChainOf(key).AppendAsync(
            null,
            isNewest: true,
            source.NextId(),
            (now, _) => new(now is not null ? null : source.Begin(
                Kind, key, ("of", OfSaves), ("asset", save.AssetId.ToString()), ("after", save.After), ("record", save.Record?.ToString()), ("version", save.Version), ("request", save.Print))),
            null,
            cancellationToken).ConfigureAwait(false);
        return (Read(key, head!.Record!), isOwn);
    }

    private Chain ChainOf(string key) => new(store, FolderOf(key), Kind, key);

    private SaveKey Read(string key, Record record)
    {
        try
        {
            if (Record.Text(record.Node["of"]) != OfSaves || Record.Text(record.Node["request"]) is not { } print || !Guid.TryParseExact(Record.Text(record.Node["asset"]), "D", out var asset))
                throw new FormatException("it does not say which save the key belongs to");
            Guid? id = record.Node["record"] is null ? null : Guid.TryParseExact(Record.Text(record.Node["record"]), "D", out var given) ? given : throw new FormatException("its member 'record' is not a UUID");
            int? version = record.Node["version"] is { } number ? Record.Integer(number, "version") : null;
            return id is null && version is null
                ? throw new FormatException("it has neither a record nor a version")
                : new(asset, Record.Integer(record.Node["after"] ?? throw new FormatException("it has no member 'after'"), "after"), id, version, print);
        }
        catch (FormatException e)
        {
            throw Chain.Broken(store, ChainOf(key).PathOf(1), e.Message, e);
        }
    }
}
