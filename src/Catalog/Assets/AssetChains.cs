using System.Text.Json.Nodes;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;
using Cairn.Errors;

namespace Cairn.Catalog.Assets;

/// <summary>The chains of assets: one change and the state after it in each record.</summary>
internal sealed class AssetChains(ArtifactStore store, RecordSource source)
{
    private const string Kind = "asset";
    private static readonly StorePath _folder = "catalog/assets";
    private readonly AssetGates _gates = new();

    public Chain ChainOf(Guid asset) => new(store, _folder / asset.ToString(), Kind, asset.ToString());

    /// <summary>Reads the newest record of an asset.</summary>
    public async Task<AssetHead> ReadAsync(Guid asset, CancellationToken cancellationToken)
    {
        var head = await ChainOf(asset).FindHeadAsync(null, cancellationToken).ConfigureAwait(false);
        return new(asset, head, StateOf(asset, head));
    }

    /// <summary>Checks before the first record of an asset that another caller claimed a name for that its folder is empty: a chain whose first record was lost must not begin again.</summary>
    public async Task RequireEmptyAsync(Guid asset, CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(ChainOf(asset).Folder, null, cancellationToken).ConfigureAwait(false))
        {
            // Another writer may have begun the chain since it was found empty.
            if (await ChainOf(asset).TryReadBytesAsync(1, cancellationToken).ConfigureAwait(false) is null)
                throw Chain.Broken(store, ChainOf(asset).PathOf(1), $"it is missing, and {entry.Path.Name} exists", null);
            return;
        }
    }

    /// <summary>Appends a change to an asset.</summary>
    /// <param name="known">The newest record as just read.</param>
    /// <param name="operation">The operation as a verb phrase, for errors.</param>
    /// <param name="decide">Decides on the newest state; returns null to append nothing. Called again after a lost race.</param>
    /// <param name="cancellationToken">Cancels the append.</param>
    /// <returns>The asset afterwards, and whether the change was appended.</returns>
    public async Task<(AssetHead Asset, bool Appended)> AppendAsync(
        AssetHead known, string operation, Func<AssetHead, CancellationToken, ValueTask<StateChange?>> decide, CancellationToken cancellationToken)
    {
        var chain = ChainOf(known.Id);
        using var turn = await _gates.EnterAsync(known.Id, cancellationToken).ConfigureAwait(false);
        var head = turn.Waited ? await chain.FindHeadAsync(known.Head, cancellationToken).ConfigureAwait(false) : known.Head;
        try
        {
            (head, var appended) = await chain.AppendAsync(head, source.NextId(), BeginAsync, cancellationToken).ConfigureAwait(false);
            return (new(known.Id, head, StateOf(known.Id, head)), appended);
        }
        catch (StoreException e)
        {
            e.WithContext(operation, store.GetUri(chain.Folder));
            throw;
        }
        catch (FormatException e)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, $"the record cannot be written: {e.Message}") { Advice = "Save what is large as an artifact, or release names and aliases that are not needed." }, e)
                .WithContext(operation, store.GetUri(chain.Folder));
        }

        async ValueTask<JsonObject?> BeginAsync(ChainHead? now, CancellationToken stopping) =>
            await decide(new(known.Id, now, StateOf(known.Id, now)), stopping).ConfigureAwait(false) is { } result
                ? source.Begin(Kind, known.Id.ToString(), ("change", result.Change.Node), ("state", result.State.Node))
                : null;
    }

    /// <summary>Runs a reader of a record's members, whose errors name the record.</summary>
    public T Read<T>(Guid asset, int sequence, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw Chain.Broken(store, ChainOf(asset).PathOf(sequence), e.Message, e);
        }
    }

    private AssetState StateOf(Guid asset, ChainHead? head) => Read(asset, head?.Sequence ?? 0, () => AssetState.Of(head));
}
