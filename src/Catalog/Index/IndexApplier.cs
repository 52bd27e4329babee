using Cairn.Catalog.Chains;
using Cairn.Catalog.Records;
using Cairn.Catalog.States;

namespace Cairn.Catalog.Index;

/// <summary>Applies records to the index: those of each chain in order, once, and each only behind the record whose hash it carries; those of runs in any order.</summary>
/// <remarks>
/// What is missing before a record is fetched from the chain. Copies are hints: where one contradicts what is known, the chain is read again from its beginning. Records that cannot be read change
/// nothing but their count; the chain goes on behind them.
/// </remarks>
internal sealed class IndexApplier(ArtifactStore store, IIndexTarget database)
{
    private const int FetchLimit = 1000;
    private readonly ChainFetch _fetch = new(store);
    private readonly ChainHeads _heads = new(database.IsBuilding);
    private Rows? _building;

    /// <summary>Applies lines, and the records of chains up to given numbers.</summary>
    /// <param name="lines">The lines, in any order, and any number of times.</param>
    /// <param name="chains">Chains with numbers that exist.</param>
    /// <param name="alongside">What else to write when all is applied, in the same transaction as the last records.</param>
    /// <param name="cancellationToken">Cancels the application; what is complete stays.</param>
    /// <returns>The number of records that were applied; null if another process is writing, which is left alone.</returns>
    public Task<int?> ApplyAsync(
        LineGroup lines, IReadOnlyCollection<(ChainKey Key, int Greatest)> chains, Action<IndexConnection> alongside, CancellationToken cancellationToken) =>
        ApplyAsync(lines, chains, isConfirmed: false, alongside, cancellationToken);

    /// <summary>Applies the records of chains up to given numbers, and reads those chains from the beginning whose newest known record the store does not have.</summary>
    /// <param name="chains">Chains with numbers that exist.</param>
    /// <param name="cancellationToken">Cancels the application; what is complete stays.</param>
    /// <returns>The number of records that were applied; null if another process is writing, which is left alone.</returns>
    public Task<int?> RepairAsync(IReadOnlyCollection<(ChainKey Key, int Greatest)> chains, CancellationToken cancellationToken) =>
        ApplyAsync(new(), chains, isConfirmed: true, _ => { }, cancellationToken);

    private async Task<int?> ApplyAsync(
        LineGroup lines, IReadOnlyCollection<(ChainKey Key, int Greatest)> chains, bool isConfirmed, Action<IndexConnection> alongside, CancellationToken cancellationToken)
    {
        List<RecordLine> unusable = [.. lines.Unusable];
        Dictionary<ChainKey, ChainGroup> groups = [];
        List<RunLine> runs = [.. lines.Runs];
        foreach (var (key, record) in lines.Records)
            GroupOf(key).Add(record);
        foreach (var (key, greatest) in chains)
            GroupOf(key).Extend(greatest);
        if (isConfirmed)
        {
            var known = database.Read(c => groups.Values.Select(g => (Group: g, Head: _heads.Of(c, g.Key))).Select(g => (g.Group, g.Head.Sequence, g.Head.Hash)).ToList());
            await _fetch.ConfirmAsync(known, cancellationToken).ConfigureAwait(false);
        }
        for (var applied = 0; ;)
        {
            var heads = database.Read(c => groups.Values.Select(g => (g, g.IsRebuilt && !g.IsDropped ? 0 : _heads.Of(c, g.Key).Sequence)).ToList());
            var fetched = await _fetch.CompleteAsync(heads, FetchLimit, unusable, cancellationToken).ConfigureAwait(false);
            if (fetched < FetchLimit)
                DropGaps(heads, unusable);
            var isComplete = false;
            var count = 0;
            if (!database.TryWrite(connection =>
            {
                count = 0;
                isComplete = true;
                var rows = RowsOf(connection);
                foreach (var group in groups.Values)
                    isComplete &= Apply(connection, rows, group, ref count);
                rows.Assets.End();
                count += rows.Runs.Apply(runs);
                foreach (var line in unusable)
                    AddUnreadable(connection, line);
                if (isComplete)
                    alongside(connection);
            }))
            {
                return null;
            }
            applied += count;
            runs.Clear();
            foreach (var group in groups.Values)
                group.Settle();
            if (isComplete)
                return applied;
        }

        ChainGroup GroupOf(ChainKey key) => groups.TryGetValue(key, out var group) ? group : groups[key] = new(key);
    }

    /// <summary>Removes everything about a chain that the store does not have.</summary>
    public bool TryRemove(ChainKey key) => database.TryWrite(c => Remove(c, RowsOf(c), key));

    /// <summary>Writes what an <see cref="IIndexTarget.IsBuilding"/> target has not written yet.</summary>
    public void End()
    {
        if (!database.IsBuilding)
            return;
        database.TryWrite(connection =>
        {
            _building?.Assets.Write();
            _heads.Write(connection);
        });
    }

    private Rows RowsOf(IndexConnection connection) => database.IsBuilding ? _building ??= Rows.Of(connection, isBuilding: true) : Rows.Of(connection, isBuilding: false);

    private void Remove(IndexConnection connection, Rows rows, ChainKey key)
    {
        if (key.Kind == "asset")
            rows.Assets.Remove(Guid.Parse(key.Folder.Name));
        else if (key.Kind == "run")
            rows.Runs.Decide(Guid.Parse(key.Folder.Name), null);
        else
            connection.Execute("DELETE FROM name WHERE folder = $0", key.Folder.Value);
        _heads.Remove(connection, key);
    }

    /// <summary>Leaves out what lies behind a record that the store does not have.</summary>
    private static void DropGaps(List<(ChainGroup Group, int Head)> heads, List<RecordLine> unusable)
    {
        foreach (var (group, head) in heads)
        {
            var last = head;
            while (group.Records.ContainsKey(last + 1))
                last++;
            if (last >= group.Greatest)
                continue;
            unusable.AddRange(group.Records.Where(r => r.Key > last).Select(r => RecordLine.Unusable(r.Value.Line.Content, "a record before it is missing in its chain")));
            group.Shorten(last);
        }
    }

    /// <summary>Applies the records of a chain that come next.</summary>
    /// <returns>Whether nothing is left to be applied.</returns>
    private bool Apply(IndexConnection connection, Rows rows, ChainGroup group, ref int count)
    {
        if (group.IsRebuilt && !group.IsDropped)
        {
            Remove(connection, rows, group.Key);
            group.WillBeDropped = true;
        }
        var (head, hash) = _heads.Of(connection, group.Key);
        var before = head;
        if (group.Records.TryGetValue(head, out var known) && hash.Length > 0 && known.Hash?.Hex != hash && !group.IsRebuilt)
        {
            group.MustBeRebuilt = true;
            return false;
        }
        List<AssetRecord> changes = [];
        Record? last = null;
        while (group.Records.TryGetValue(head + 1, out var next))
        {
            var isLinked = next.Line.Record is not { } record || head == 0 || hash.Length == 0 || record.Previous == hash;
            if (!isLinked && !group.IsRebuilt)
            {
                group.MustBeRebuilt = true;
                break;
            }
            if (next.Line.Record is null || !isLinked)
                AddUnreadable(connection, isLinked ? next.Line : RecordLine.Unusable(next.Line.Content, "its 'prev' is not the hash of the record before it"));
            else if (next.Change is { } asset)
                changes.Add(asset);
            else
                last = next.Line.Record;
            (head, hash) = (next.Sequence, next.Hash?.Hex ?? "");
            count++;
        }
        if (changes.Count > 0)
            rows.Assets.Apply(Guid.Parse(group.Key.Folder.Name), changes);
        if (last is { Kind: "run" })
            rows.Runs.Decide(Guid.Parse(group.Key.Folder.Name), RunState.Of(last));
        else if (last is not null)
            ApplyName(connection, group.Key, last);
        group.Applied = head;
        if (head != before)
            _heads.Set(connection, group.Key, head, hash);
        return !group.MustBeRebuilt && head >= group.Greatest;
    }

    private static void ApplyName(IndexConnection connection, ChainKey key, Record record) =>
        connection.Execute("INSERT OR REPLACE INTO name(fold, folder, text, owner, seq) VALUES($0, $1, $2, $3, $4)",
            Record.Text(record.Node["name"]), key.Folder.Value, Record.Text(record.Node["text"]),
            Record.Text(record.Node["owner"]) is { } owner ? Guid.Parse(owner).ToBytes() : null, record.Sequence);

    private static void AddUnreadable(IndexConnection connection, RecordLine line) =>
        connection.Execute("INSERT INTO unreadable(hash, content, reason) VALUES($0, $1, $2) ON CONFLICT(hash) DO UPDATE SET reason = min(reason, $2)",
            Artifacts.BlobDigest.Of(line.Content.Span).Hex, line.Content.ToArray(), line.Problem);

    private sealed record Rows(AssetRows Assets, RunRows Runs)
    {
        public static Rows Of(IndexConnection connection, bool isBuilding) => new(new(connection, isBuilding), new(connection));
    }
}
