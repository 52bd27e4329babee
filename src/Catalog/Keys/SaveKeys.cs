using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Cairn.Errors;

namespace Cairn.Catalog.Keys;

/// <summary>The chains that say which save a key belongs to. The first record of a chain decides; there are no others.</summary>
internal sealed class SaveKeys(ArtifactStore store, RecordSource source)
{
    public const string OfSaves = "save";

    /// <summary>Finds the save of a key; null if the key has not been used.</summary>
    public async Task<SaveKey?> FindAsync(string key, CancellationToken cancellationToken) =>
        await KeyChain.Open(store, key).TryReadAsync(1, cancellationToken).ConfigureAwait(false) is { } record ? Read(key, record) : null;

    /// <summary>Decides which save a key belongs to, unless another caller has decided.</summary>
    /// <returns>The save that the key belongs to, and whether this call decided.</returns>
    public async Task<(SaveKey Save, bool IsOwn)> ClaimAsync(string key, SaveKey save, CancellationToken cancellationToken)
    {
        var (head, isOwn) = await KeyChain.Open(store, key).AppendAsync(
            null,
            isNewest: true,
            source.NextId(),
            (now, _) => new(now is not null ? null : source.Begin(
                KeyChain.Kind, key, ("of", OfSaves), ("asset", save.AssetId.ToString()), ("after", save.After), ("record", save.Record?.ToString()), ("version", save.Version), ("request", save.Print))),
            null,
            cancellationToken).ConfigureAwait(false);
        return (Read(key, head!.Record!), isOwn);
    }

    private SaveKey Read(string key, Record record)
    {
        try
        {
            if (Record.Text(record.Node["of"]) == RunKeys.OfRuns)
            {
                throw new StoreException(new StoreFault(StoreErrorCode.AlreadyExists, $"the key '{ErrorText.Escape(key)}' was used for a run") { Advice = "Use a new key for a save." })
                    .WithContext(StoreOperations.Save, store.GetUri(KeyChain.FolderOf(key)));
            }
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
            throw Chain.Broken(store, KeyChain.Open(store, key).PathOf(1), e.Message, e);
        }
    }
}
