using System.Globalization;
using System.Text.Json.Nodes;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Checking;

/// <summary>Compares a catalog with what its users were told.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<Guid, List<(JsonObject Record, AssetModel After)>> _assets = [];
    private readonly Dictionary<string, (Guid Asset, int Sequence)> _tokens = [];
    private readonly Dictionary<string, Guid> _owners = [];

    private Ledger()
    {
    }

    /// <summary>How many records of assets there are.</summary>
    public int Records => _assets.Values.Sum(a => a.Count);

    /// <summary>Checks the chains by themselves: they are whole, every change is allowed in the state before it, and each name has one owner.</summary>
    public static async Task<Ledger> ReadAsync(ArtifactStore store)
    {
        var ledger = new Ledger();
        var (assets, names) = await StoredChain.ReadAllAsync(store);
        foreach (var chain in assets)
        {
            List<(JsonObject, AssetModel)> records = [];
            var state = new AssetModel();
            foreach (var record in chain.Records)
            {
                state = state.Apply(record);
                records.Add((record, state));
                if (TokenOf(record["change"]!.AsObject()) is { } token)
                    ledger._tokens.TryAdd(token, (Guid.Parse(chain.Subject), records.Count)).ShouldBeTrue($"the change of {token} was made twice");
            }
            ledger._assets.Add(Guid.Parse(chain.Subject), records);
        }
        foreach (var chain in names)
        {
            // A name passes from one asset to another only by way of nobody.
            chain.Records.Select(r => r["owner"] is not null).ShouldBe(Enumerable.Range(0, chain.Records.Count).Select(i => i % 2 == 0), chain.Folder.Value);
            if ((string?)chain.Records[^1]["owner"] is { } owner)
                ledger._owners.Add((string)chain.Records[^1]["name"]!, Guid.Parse(owner));
        }
        foreach (var (asset, records) in ledger._assets)
        {
            foreach (var name in records[^1].After.Names)
                ledger._owners[name.ToLowerInvariant()].ShouldBe(asset, $"{name} is listed by an asset that does not claim it");
        }
        return ledger;
    }

    /// <summary>Checks that every call did what its answer says, at a moment between the calls of the same worker before and after it, and nothing else.</summary>
    /// <param name="entries">The calls; those of one worker in its order.</param>
    /// <param name="bases">Names that always lead to the same asset.</param>
    public void Check(IReadOnlyList<Entry> entries, IReadOnlyDictionary<string, Guid> bases)
    {
        var known = entries.Select(e => e.Operation.Token).ToHashSet(StringComparer.Ordinal);
        known.Count.ShouldBe(entries.Count);
        foreach (var token in _tokens.Keys)
            known.Contains(token).ShouldBeTrue($"nobody made the change of {token}");
        foreach (var worker in entries.GroupBy(e => e.Operation.By))
        {
            var calls = worker.ToList();
            var moments = calls.ConvertAll(PlaceOf);
            for (var i = 0; i < calls.Count; i++)
            {
                var (call, asset) = (calls[i], bases[calls[i].Operation.Asset]);
                if (call.IsUncertain || call.Operation.Deed == Deed.Release)
                    continue;
                var states = _assets[asset];
                if (moments[i] is { } done)
                {
                    done.Asset.ShouldBe(asset, $"{call}");
                    moments.Take(i).Where(m => m?.Asset == asset).ShouldAllBe(m => m!.Value.Sequence < done.Sequence, $"{call} comes before an earlier call of the same worker");
                    (done.Sequence == 1 ? new() : states[done.Sequence - 2].After).Outcomes(call.Operation).ShouldContain(Answer.Changed, $"{call}");
                    continue;
                }
                var from = moments.Take(i).LastOrDefault(m => m?.Asset == asset)?.Sequence ?? 1;
                var to = moments.Skip(i + 1).FirstOrDefault(m => m?.Asset == asset)?.Sequence ?? states.Count + 1;
                var isPossible = call.Answer!.Outcome == Answer.Taken && call.Operation.Deed == Deed.Rename;
                for (var s = from; s < to && !isPossible; s++)
                    isPossible = states[s - 1].After.Outcomes(call.Operation).Contains(call.Answer.Outcome);
                isPossible.ShouldBeTrue($"{call} fits no moment from record {from} to {to}");
            }
            CheckWithoutToken(calls, bases);
        }
    }

    /// <summary>Checks that readers see the last state and the whole history.</summary>
    public async Task CheckReadingAsync(AssetCollection assets, IReadOnlyDictionary<string, Guid> bases)
    {
        foreach (var (name, id) in bases)
        {
            var (records, state) = (_assets[id], _assets[id][^1].After);
            var asset = await assets.GetAssetAsync(name);
            asset.Id.ShouldBe(id);
            (asset.Name, asset.Newest, asset.Latest, asset.IsDeleted).ShouldBe((state.Names[0], state.Newest, state.Latest, state.IsGone));
            asset.FormerNames.ShouldBe(state.Names.Skip(1));
            asset.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal).ShouldBe(state.Aliases);
            asset.FixedAliases.ShouldBe(state.Fixed);
            asset.Pinned.ShouldBe(state.Pinned);
            asset.Description.ShouldBe(state.Description);
            foreach (var listed in state.Names)
                (await assets.GetAssetAsync(listed)).Id.ShouldBe(id);
            var versions = await assets.HistoryAsync(name).ToListAsync();
            var created = records.Where(r => r.Record["change"]!["version"] is not null).ToList();
            versions.Select(v => (v.Number, v.Artifact.ToString(), v.IsDeleted, (string?)v.Metadata.GetValueOrDefault("op")?.ToString()))
                .ShouldBe(created.Select((r, i) => (i + 1, (string)r.Record["change"]!["artifact"]!, !state.Has(i + 1), (string?)r.Record["change"]!["meta"]?["op"])).Reverse());
            foreach (var alias in records.SelectMany(r => (r.Record["change"]!["alias"] as JsonObject ?? []).Select(a => a.Key)).Distinct())
            {
                var moves = records.Where(r => (r.Record["change"]!["alias"] as JsonObject)?.ContainsKey(alias) == true).Select(r => r.Record).Reverse();
                (await assets.AliasHistoryAsync(name, alias).Select(m => (m.From, m.To, m.By)).ToListAsync())
                    .ShouldBe(moves.Select(r => ((int?)r["change"]!["from"]![alias], (int?)r["change"]!["alias"]![alias], (string)r["by"]!)));
            }
        }
    }

    /// <summary>Checks that the lists have every asset and every version, in their last state, and nothing else.</summary>
    public async Task CheckListsAsync(AssetCollection assets)
    {
        var states = _assets.ToDictionary(a => a.Key, a => a.Value[^1].After);
        var listed = await assets.ListAsync(new() { IncludeDeleted = true, Freshness = Freshness.Cached }).ToListAsync();
        listed.Select(a => a.Id).Order().ShouldBe(states.Keys.Order());
        foreach (var asset in listed)
        {
            var state = states[asset.Id];
            (asset.Name, asset.Newest, asset.Latest, asset.IsDeleted, asset.Description).ShouldBe((state.Names.FirstOrDefault() ?? asset.Id.ToString(), state.Newest, state.Latest, state.IsGone, state.Description));
            asset.FormerNames.ShouldBe(state.Names.Skip(1));
            asset.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal).ShouldBe(state.Aliases);
        }
        var versions = await assets.ListVersionsAsync(new() { Freshness = Freshness.Cached }).ToListAsync();
        versions.Select(v => $"{v.AssetId}:{v.Number} {v.Artifact} {v.Metadata.GetValueOrDefault("op")}").Order(StringComparer.Ordinal).ShouldBe(_assets
            .SelectMany(a => a.Value.Where(r => r.Record["change"]!["version"] is { } number && states[a.Key].Has((int)number))
                .Select(r => $"{a.Key}:{r.Record["change"]!["version"]} {r.Record["change"]!["artifact"]} {r.Record["change"]!["meta"]?["op"]}"))
            .Order(StringComparer.Ordinal));
    }

    private static string? TokenOf(JsonObject change) =>
        new[] { (string?)change["meta"]?["op"], (string?)change["why"], (string?)change["set"]?["description"], (string?)change["edit"]?["text"] }.FirstOrDefault(t => t is not null);

    /// <summary>Where the change of a call is; null if it made none, or one that has no place for the token.</summary>
    private (Guid Asset, int Sequence)? PlaceOf(Entry call)
    {
        if (!_tokens.TryGetValue(call.Operation.Token, out var found))
        {
            if (!call.IsUncertain && HasToken(call.Operation))
                call.Answer!.Outcome.ShouldNotBe(Answer.Changed, $"{call} was acknowledged, and its change is nowhere");
            return null;
        }
        if (call.IsUncertain)
            return found;
        call.Answer!.Outcome.ShouldBe(Answer.Changed, $"{call} made a change");
        var change = _assets[found.Asset][found.Sequence - 1].Record["change"]!;
        if (call.Operation.Deed is Deed.Save or Deed.Register)
        {
            ((int?)change["version"], (string?)change["artifact"]).ShouldBe((call.Answer.Version, call.Answer.Artifact), $"{call}");
            call.Answer.AssetId.ShouldBe(found.Asset, $"{call}");
            if (call.Operation.Alias is { } alias)
                _assets[found.Asset][found.Sequence - 1].After.Aliases[alias].ShouldBe(call.Answer.Version, $"{call}");
        }
        return found;
    }

    private static bool HasToken(Operation o) => o.Deed switch
    {
        Deed.Move => !o.With,
        Deed.Save or Deed.Register or Deed.Remove or Deed.Delete or Deed.Describe or Deed.DescribeVersion or Deed.DeleteAsset => true,
        _ => false,
    };

    /// <summary>Counts the changes of a worker that carry no token: as many as were acknowledged, and at most those that are uncertain besides.</summary>
    private void CheckWithoutToken(List<Entry> calls, IReadOnlyDictionary<string, Guid> bases)
    {
        var user = calls[0].Operation.By;
        var made = new Dictionary<string, int>();
        foreach (var (asset, records) in _assets)
        {
            var before = new AssetModel();
            foreach (var (record, after) in records)
            {
                var change = record["change"]!.AsObject();
                if ((string)record["by"]! == user && TokenOf(change) is null && KeyOf(asset, change, before, after) is { } key)
                    made[key] = made.GetValueOrDefault(key) + 1;
                before = after;
            }
        }
        foreach (var (key, entries) in calls.Where(c => !HasToken(c.Operation) && c.Operation.Deed is not (Deed.Release or Deed.Move)).ToLookup(c => KeyOf(bases[c.Operation.Asset], c.Operation)).ToDictionary(g => g.Key, g => g.ToList()))
        {
            made.Remove(key, out var count);
            var least = entries.Count(e => e.Answer?.Outcome == Answer.Changed);
            count.ShouldBeGreaterThanOrEqualTo(least, $"{user} {key}");
            // A rename that is refused finishes the unfinished rename of another asset.
            if (!key.Contains("rename", StringComparison.Ordinal))
                count.ShouldBeLessThanOrEqualTo(least + entries.Count(e => e.IsUncertain), $"{user} {key}");
        }
        made.Keys.Where(k => !k.Contains("rename", StringComparison.Ordinal)).ShouldBeEmpty(user);
    }

    private static string? KeyOf(Guid asset, JsonObject change, AssetModel before, AssetModel after) =>
        change.ContainsKey("restore") ? $"{asset} restore {change["restore"]}"
        : (change["set"] as JsonObject)?.ContainsKey("pinned") == true ? $"{asset} {(after.Pinned.Count > before.Pinned.Count ? "pin" : "unpin")} {after.Pinned.SymmetricExcept(before.Pinned).Single()}"
        : change.ContainsKey("names") && after.Names.Length >= before.Names.Length ? $"{asset} rename {after.Names[0]}"
        : null;

    private static string KeyOf(Guid asset, Operation o) => o.Deed switch
    {
        Deed.Restore => $"{asset} restore {o.Version}",
        Deed.RestoreAsset => $"{asset} restore *",
        Deed.Pin => $"{asset} pin {o.Version}",
        Deed.Unpin => $"{asset} unpin {o.Version}",
        Deed.Rename => $"{asset} rename {o.Name}",
        _ => throw new InvalidOperationException($"{o.Deed}"),
    };
}
