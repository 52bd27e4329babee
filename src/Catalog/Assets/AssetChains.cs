using System.Text.Json.Nodes;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;
using Cairn.Catalog.Telemetry;
using Cairn.Errors;

namespace Cairn.Catalog.Assets;

/// <summary>The chains of assets: one change and the state after it in each record.</summary>
/// <param name="store">The store.</param>
/// <param name="source">Begins records.</param>
/// <param name="feed">Publishes copies of what is appended.</param>
/// <param name="turns">The turns of this machine's processes; null if no other process uses the store.</param>
/// <param name="wentBack">Called if the store went back to an earlier state.</param>
internal sealed class AssetChains(ArtifactStore store, RecordSource source, FeedPublisher feed, MachineTurns? turns, Action wentBack)
{
    private const string Kind = "asset";
    private static readonly StorePath _folder = "catalog/assets";
    private readonly AssetGates _gates = new();
    private readonly Recent<Guid, AssetHead> _recent = new();

    /// <summary>Gets the versions that were read.</summary>
    public Recent<(Guid Asset, int Number), VersionCreation> Creations { get; } = new();

    public Chain ChainOf(Guid asset) => new(store, _folder / asset.ToString(), Kind, asset.ToString());

    /// <summary>Finds the newest record of an asset: one request if its head is remembered.</summary>
    /// <param name="asset">The asset.</param>
    /// <param name="confirm">Whether a change will follow, so that a remembered record has to be confirmed.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<AssetHead> ReadAsync(Guid asset, bool confirm, CancellationToken cancellationToken)
    {
        var known = _recent.Find(asset);
        var head = await ChainOf(asset).FindHeadAsync(known?.Head, confirm, e => Forget(asset, e), cancellationToken).ConfigureAwait(false);
        return known is not null && head?.Sequence == known.Sequence ? known : Of(asset, head);
    }

    /// <summary>Confirms the newest record of an asset that is remembered, without looking for a later one.</summary>
    /// <returns>The asset, for an append; null if none is remembered.</returns>
    public async Task<AssetHead?> ConfirmAsync(Guid asset, CancellationToken cancellationToken)
    {
        if (_recent.Find(asset) is not { } known)
            return null;
        try
        {
            await ChainOf(asset).ConfirmAsync(known.Head!, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            Forget(asset, e);
            throw;
        }
        return known with { IsNewest = false };
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
    /// <param name="known">The newest record as just confirmed.</param>
    /// <param name="operation">The operation as a verb phrase, for errors.</param>
    /// <param name="id">The id of the record; null for a new one.</param>
    /// <param name="decide">Decides on the newest state; returns null to append nothing. Called again after a lost race.</param>
    /// <param name="cancellationToken">Cancels the append.</param>
    /// <returns>The asset afterwards, and whether the change was appended.</returns>
    public async Task<(AssetHead Asset, bool Appended)> AppendAsync(
        AssetHead known, string operation, Guid? id, Func<AssetHead, CancellationToken, ValueTask<StateChange?>> decide, CancellationToken cancellationToken)
    {
        var chain = ChainOf(known.Id);
        using var activity = CatalogInstruments.Source.StartActivity("append asset");
        activity?.SetTag(CatalogInstruments.AssetTag, known.Id);
        using var gate = await _gates.EnterAsync(known.Id, cancellationToken).ConfigureAwait(false);
        // The one before in the queue knows the newest record; if it is not the newest, the append finds out.
        var head = gate.Waited && _recent.Find(known.Id) is { } recent && recent.Sequence > known.Sequence ? recent.Head : known.Head;
        MachineTurn? turn = null;
        try
        {
            (head, var appended) = await chain.AppendAsync(head, known.IsNewest, id ?? source.NextId(), BeginAsync, turns is null ? null : TurnAsync, cancellationToken).ConfigureAwait(false);
            if (head is not null)
                turn?.Note(head.Sequence);
            if (appended)
                feed.Publish(head!.Record!);
            return (Of(known.Id, head), appended);
        }
        catch (StoreException e)
        {
            e.WithContext(operation, store.GetUri(chain.Folder));
            activity.Fail(e);
            throw;
        }
        catch (FormatException e)
        {
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, $"the record cannot be written: {e.Message}") { Advice = "Save what is large as an artifact, or release names and aliases that are not needed." }, e)
                .WithContext(operation, store.GetUri(chain.Folder));
        }
        finally
        {
            turn?.Dispose();
        }

        async ValueTask<int?> TurnAsync(int lost, CancellationToken stopping)
        {
            if (lost > 0)
                turns.Lost(known.Id);
            turn ??= await turns.TryEnterAsync(known.Id, stopping).ConfigureAwait(false);
            return turn?.ReadNewest();
        }

        async ValueTask<JsonObject?> BeginAsync(ChainHead? now, CancellationToken stopping) =>
            await decide(new(known.Id, now, StateOf(known.Id, now)), stopping).ConfigureAwait(false) is { } result
                ? source.Begin(Kind, known.Id.ToString(), ("change", result.Change.Node), ("state", result.State.Node))
                : null;
    }

    /// <summary>Finds a record by its id, from the newest one back to a number.</summary>
    public async Task<Record?> FindRecordAsync(AssetHead asset, int last, Guid id, CancellationToken cancellationToken) =>
        await ChainOf(asset.Id).ReadBackAsync(asset.Head!, last, cancellationToken).FirstOrDefaultAsync(r => r.Id == id, cancellationToken).ConfigureAwait(false);

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

    /// <summary>Forgets an asset: whatever is wrong with its chain, the next call reads it from its beginning.</summary>
    private void Forget(Guid asset, StoreException error)
    {
        _recent.Forget(asset);
        Creations.Clear();
        if (error is StoreWentBackException)
            wentBack();
    }

    private AssetHead Of(Guid asset, ChainHead? head)
    {
        var found = new AssetHead(asset, head, StateOf(asset, head));
        if (head?.Record is not null)
            _recent.Keep(asset, found with { Head = head with { Record = null } }, (a, b) => a.Sequence > b.Sequence);
        return found;
    }

    private AssetState StateOf(Guid asset, ChainHead? head) => Read(asset, head?.Sequence ?? 0, () => AssetState.Of(head));
}
