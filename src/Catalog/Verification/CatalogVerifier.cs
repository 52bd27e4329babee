using System.Runtime.CompilerServices;
using Cairn.Artifacts;
using Cairn.Catalog.Chains;
using Cairn.Catalog.Checkpoints;
using Cairn.Catalog.Feed;
using Cairn.Catalog.Names;
using Cairn.Catalog.Records;
using Cairn.Catalog.RunRecords;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Verification;

/// <summary>Reads everything that a catalog consists of, and reports what is wrong with it.</summary>
/// <remarks>Memory grows with the number of assets, names and deleted runs, that of the versions of one asset, and that of the different outputs of all runs.</remarks>
internal sealed class CatalogVerifier(ArtifactRepository repository, Guid catalog)
{
    private const int ReadAhead = 64;
    private readonly ArtifactStore _store = repository.Store;
    private readonly Dictionary<Guid, AssetState> _assets = [];
    private readonly Dictionary<string, (string Text, Guid? Owner)> _claims = [];
    private readonly HashSet<Guid> _deletedRuns = [];
    private readonly HashSet<BlobDigest> _outputs = [];

    public async IAsyncEnumerable<CatalogFault> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (key, greatest) in ChainListing.ListAsync(_store, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var fault in VerifyChainAsync(key, greatest, cancellationToken).ConfigureAwait(false))
                yield return fault;
        }
        foreach (var fault in VerifyNames())
            yield return fault;
        await foreach (var fault in VerifyCheckpointsAsync(cancellationToken).ConfigureAwait(false))
            yield return fault;
        await foreach (var fault in VerifyFeedAsync(cancellationToken).ConfigureAwait(false))
            yield return fault;
    }

    /// <summary>Reads the records of a chain in order, some ahead.</summary>
    private async IAsyncEnumerable<CatalogFault> VerifyChainAsync(ChainKey key, int greatest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chain = key.Open(_store);
        Record? before = null;
        AssetState? state = null;
        List<(int Number, int Sequence, BlobDigest Artifact)> versions = [];
        var name = key.Folder.Name;
        for (var first = 1; first <= greatest; first += ReadAhead)
        {
            var reads = Enumerable.Range(first, Math.Min(ReadAhead, greatest - first + 1)).Select(n => ReadAsync(chain, key, n, cancellationToken)).ToList();
            await Task.WhenAll(reads).ConfigureAwait(false);
            for (var i = 0; i < reads.Count; i++)
            {
                var sequence = first + i;
                var (record, reason) = await reads[i].ConfigureAwait(false);
                if (record is not null && sequence > 1 && before?.Sequence == sequence - 1 && record.Previous != before.Hash.Hex)
                    yield return Fault(chain.PathOf(sequence), name, $"its 'prev' is not the hash of record {sequence - 1}: one of the two records was altered");
                if (record is not null && key.Kind == "asset")
                {
                    (reason, var asset) = Check(record, state);
                    state = asset?.State ?? state;
                    name = state?.Names.FirstOrDefault() ?? name;
                    if (asset?.Change.Version is { } number)
                        versions.Add((number, sequence, asset.Change.Artifact));
                }
                else if (record is not null)
                    reason = key.Kind == "run" ? CheckRun(record, Guid.Parse(name)) : CheckClaim(record);
                if (reason is not null)
                    yield return Fault(chain.PathOf(sequence), name, reason);
                before = record;
            }
        }
        if (state is null || !Guid.TryParseExact(key.Folder.Name, "D", out var id))
            yield break;
        _assets[id] = state;
        foreach (var window in versions.Where(v => state.Has(v.Number)).DistinctBy(v => v.Artifact).Chunk(ReadAhead))
        {
            var faults = await Task.WhenAll(window.Select(v => FindContentFaultAsync(v.Artifact, cancellationToken))).ConfigureAwait(false);
            foreach (var (version, fault) in window.Zip(faults))
            {
                if (fault is not null)
                    yield return Fault(chain.PathOf(version.Sequence), name, $"the artifact of version {version.Number} cannot be used: {fault}");
            }
        }
    }

    private static async Task<(Record? Record, string? Reason)> ReadAsync(Chain chain, ChainKey key, int sequence, CancellationToken cancellationToken)
    {
        try
        {
            if (await chain.TryReadBytesAsync(sequence, cancellationToken).ConfigureAwait(false) is not { } content)
                return (null, "it is missing, and a later record exists");
            var record = Record.Parse(content);
            return ChainKey.Of(record) != key ? (null, "it belongs to another chain")
                : record.Sequence != sequence ? (null, $"its number is {record.Sequence}")
                : sequence == 1 != record.Previous is null ? (null, sequence == 1 ? "it has a hash of a record before it" : "it has no hash of the record before it")
                : (record, null);
        }
        catch (FormatException e)
        {
            return (null, e.Message);
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.IntegrityFailure)
        {
            return (null, e.Reason);
        }
    }

    /// <summary>Checks a record of an asset against the state before it.</summary>
    private static (string? Reason, AssetRecord? Change) Check(Record record, AssetState? before)
    {
        try
        {
            var asset = AssetRecord.Of(record);
            var (newest, state) = (before?.Newest ?? 0, asset.State);
            var lost = state.IsGone ? default : state.Aliases.FirstOrDefault(a => !state.Has(a.Value));
            var reason = asset.Change.Version is { } number && (number != newest + 1 || state.Newest != number) ? $"it creates version {number} after version {newest}, and its state says {state.Newest}"
                : asset.Change.Version is null && state.Newest != newest ? $"its state says that the newest version is {state.Newest}, and it is {newest}"
                : lost.Key is not null ? $"its alias '{lost.Key}' leads to version {lost.Value}, which does not exist or is deleted"
                : null;
            return (reason, asset);
        }
        catch (FormatException e)
        {
            return (e.Message, null);
        }
    }

    private string? CheckClaim(Record record)
    {
        if (Record.Text(record.Node["name"]) is not { } fold || Record.Text(record.Node["text"]) is not { } text)
            return "it does not say which name is claimed";
        Guid? owner = null;
        if (record.Node["owner"] is not null)
        {
            if (!Guid.TryParseExact(Record.Text(record.Node["owner"]), "D", out var id))
                return "it does not say which asset claims the name";
            owner = id;
        }
        _claims[fold] = (text, owner);
        return null;
    }

    private string? CheckRun(Record record, Guid run)
    {
        try
        {
            if (RunState.Of(record).IsDeleted)
                _deletedRuns.Add(run);
            else
                _deletedRuns.Remove(run);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private async Task<string?> FindContentFaultAsync(BlobDigest artifact, CancellationToken cancellationToken)
    {
        try
        {
            await repository.StatAsync(artifact, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.IntegrityFailure)
        {
            return e.Reason;
        }
    }

    /// <summary>Compares the claims of names with the names that the assets list.</summary>
    private IEnumerable<CatalogFault> VerifyNames()
    {
        foreach (var (fold, (text, owner)) in _claims)
        {
            if (owner is { } asset && _assets.TryGetValue(asset, out var state) && !state.Names.Any(n => KeyOf(n) == fold))
                yield return Fault(ChainKey.OfName(fold).Folder, text, $"the name is reserved for the asset {asset}, which does not list it: a rename or a release was not finished; repeat it");
        }
        foreach (var (asset, state) in _assets)
        {
            foreach (var name in state.Names)
            {
                if (KeyOf(name) is { } key && (!_claims.TryGetValue(key, out var claim) || claim.Owner != asset))
                    yield return Fault(ChainKey.OfAsset(asset).Folder, name, $"the asset lists the name '{name}', which {(claim.Owner is { } other ? $"the asset {other} owns" : "nobody claims")}; rename one of them");
            }
        }
    }

    private static string? KeyOf(string name)
    {
        try
        {
            return CatalogName.OfAsset(name).Key;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<CatalogFault> VerifyCheckpointsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var checkpoints = new CheckpointStore(_store, catalog);
        CatalogFault? fault = null;
        try
        {
            if (await checkpoints.TryFindAsync(cancellationToken).ConfigureAwait(false) is { } found)
            {
                foreach (var segment in found.Checkpoint.Segments)
                {
                    await foreach (var _ in checkpoints.ReadAsync(segment, cancellationToken).ConfigureAwait(false))
                    {
                        // The end of the stream verifies the content.
                    }
                }
            }
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.NotFound or StoreErrorCode.IntegrityFailure)
        {
            fault = new(e.Uri ?? _store.GetUri(checkpoints.Chain.Folder), null, $"the newest checkpoint cannot be used: {e.Reason}; write another one");
        }
        if (fault is not null)
            yield return fault;
    }

    private async IAsyncEnumerable<CatalogFault> VerifyFeedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var feed = new FeedReader(_store, _store.Options.TimeProvider);
        await foreach (var batch in feed.ListAsync(FeedPosition.Start, _ => { }, cancellationToken).ConfigureAwait(false))
        {
            List<(TaskRecord Task, string Output, BlobDigest Artifact)> outputs = [];
            foreach (var line in await feed.ReadAsync(batch, cancellationToken).ConfigureAwait(false))
            {
                var (task, reason) = line.Record is null ? (null, $"a line that is not a record: {line.Problem}") : ReadTask(line.Record);
                if (reason is not null)
                    yield return Fault(batch, null, $"the batch contains {reason}");
                if (task is not null && !_deletedRuns.Contains(task.RunId))
                    outputs.AddRange(task.Outputs.Concat(task.State).Where(o => o.Value is { } digest && _outputs.Add(digest)).Select(o => (task, o.Key, o.Value!.Value)));
            }
            foreach (var window in outputs.Chunk(ReadAhead))
            {
                var faults = await Task.WhenAll(window.Select(o => FindContentFaultAsync(o.Artifact, cancellationToken))).ConfigureAwait(false);
                foreach (var (output, fault) in window.Zip(faults))
                {
                    if (fault is not null)
                        yield return Fault(batch, null, $"the output '{output.Output}' of the task {output.Task.TaskId} in step '{output.Task.Step}' of run {output.Task.RunId} cannot be used: {fault}");
                }
            }
        }
    }

    private static (TaskRecord? Task, string? Reason) ReadTask(Record record)
    {
        try
        {
            return record.Kind == TaskRecord.Kind ? (TaskRecord.Of(record), null) : (null, null);
        }
        catch (FormatException e)
        {
            return (null, $"a record of a task that cannot be read: {e.Message}");
        }
    }

    private CatalogFault Fault(StorePath path, string? asset, string reason) => new(_store.GetUri(path), asset, reason);
}
