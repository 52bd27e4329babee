using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Checking;

/// <summary>An asset in memory, by the rules of the format alone: applies the changes of records, and tells what a call would do.</summary>
internal sealed record AssetModel
{
    private int NewestAt { get; init; }

    private ImmutableSortedSet<int> Edited { get; init; } = [];

    private string? Type { get; init; }

    private string? Display { get; init; }

    public int Newest { get; init; }

    public ImmutableArray<string> Names { get; init; } = [];

    public string? Description { get; init; }

    public ImmutableSortedDictionary<string, int> Aliases { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    public ImmutableSortedSet<string> Fixed { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public ImmutableSortedSet<int> Deleted { get; init; } = [];

    public ImmutableSortedSet<int> Pinned { get; init; } = [];

    public bool IsGone { get; init; }

    public int? Latest => IsGone ? null : Enumerable.Range(1, Newest).Where(Has).Select(n => (int?)n).LastOrDefault();

    public bool Has(int version) => !IsGone && version >= 1 && version <= Newest && !Deleted.Contains(version);

    /// <summary>Applies the record after this state. Fails if the rules forbid the change, or the record's state is not the one after it.</summary>
    public AssetModel Apply(JsonObject record)
    {
        var (change, state, place) = (record["change"]!.AsObject(), record["state"]!.AsObject(), $"{record["asset"]}/{record["seq"]}: {record.ToJsonString()}");
        change.Count.ShouldBeGreaterThan(0, place);
        var after = this;
        if (change["restore"] is { } restored)
            after = (string)restored! == "*" ? Restored() : after with { Deleted = after.Deleted.Except(Ranges((string)restored!, deleted: true)) };
        else
            (IsGone && !change.ContainsKey("names")).ShouldBeFalse($"a deleted asset changes: {place}");
        if (change["version"] is { } version)
        {
            ((int)version).ShouldBe(Newest + 1, place);
            after = after with { Newest = Newest + 1, NewestAt = (int)record["seq"]! };
        }
        if (change["names"] is JsonArray names)
            after = after with { Names = [.. names.Select(n => (string)n!)] };
        if (change["edit"] is JsonObject edit)
        {
            after.Has((int)edit["n"]!).ShouldBeTrue(place);
            after = after with { Edited = Edited.Add((int)edit["n"]!) };
        }
        after = Set(after, change["set"] as JsonObject ?? []);
        foreach (var (alias, to) in change["alias"] as JsonObject ?? [])
        {
            var (from, target) = ((int?)change["from"]![alias], (int?)to);
            Aliases.TryGetValue(alias, out var before).ShouldBe(from is not null, place);
            before.ShouldBe(from ?? 0, place);
            target.ShouldNotBe(from, place);
            (Fixed.Contains(alias) && from is not null).ShouldBeFalse($"a fixed alias moves: {place}");
            if (alias == "production")
                ((string?)change["why"]).ShouldNotBeNullOrWhiteSpace(place);
            after = after with { Aliases = target is null ? after.Aliases.Remove(alias) : after.Aliases.SetItem(alias, target.Value) };
        }
        if (change["delete"] is { } deleted)
        {
            after = (string)deleted! == "*" ? after with { IsGone = true } : after with { Deleted = after.Deleted.Union(Ranges((string)deleted!, deleted: false)) };
            after.Pinned.All(after.Has).ShouldBeTrue(place);
        }
        ((IsGone && after.IsGone) || after.Aliases.Values.All(after.Has)).ShouldBeTrue(place);
        var expected = after.ToJson();
        var stored = state.DeepClone().AsObject();
        foreach (var name in (stored["released"] as JsonObject ?? []).Select(r => r.Key))
            after.Names.ShouldNotContain(n => n.Equals(name, StringComparison.OrdinalIgnoreCase), place);
        foreach (var name in Names.Except(after.Names, StringComparer.OrdinalIgnoreCase))
            stored["released"]![name.ToLowerInvariant()].ShouldNotBeNull(place);
        stored.Remove("released");
        JsonNode.DeepEquals(expected, stored).ShouldBeTrue($"the state should be {expected.ToJsonString()}: {place}");
        return after;

        AssetModel Restored()
        {
            IsGone.ShouldBeTrue(place);
            return this with { IsGone = false };
        }

        int[] Ranges(string text, bool deleted)
        {
            int[] numbers = [.. text.Split(',').Select(r => r.Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray()).SelectMany(r => Enumerable.Range(r[0], r[^1] - r[0] + 1))];
            numbers.ShouldAllBe(n => n >= 1 && n <= Newest && Deleted.Contains(n) == deleted, place);
            return numbers;
        }
    }

    /// <summary>What a call may give in this state.</summary>
    public string[] Outcomes(Operation o)
    {
        var current = o.Alias is not null && Aliases.TryGetValue(o.Alias, out var target) ? target : (int?)null;
        var isThere = o.From is not { } from || (current ?? 0) == from;
        if (IsGone && o.Deed is not (Deed.DeleteAsset or Deed.RestoreAsset))
            return o.Deed is Deed.Save or Deed.Register ? [Answer.Refused] : [Answer.NotFound, Answer.Refused];
        return [o.Deed switch
        {
            Deed.Save or Deed.Register => Answer.Changed,
            Deed.Move when !isThere => Answer.Refused,
            Deed.Move when !Has(o.Version) => Answer.NotFound,
            Deed.Move when current == o.Version => o.With && !Fixed.Contains(o.Alias!) ? Answer.Changed : Answer.Unchanged,
            Deed.Move => Fixed.Contains(o.Alias!) && current is not null ? Answer.Refused : Answer.Changed,
            Deed.Remove => !isThere ? Answer.Refused : current is null ? Answer.Unchanged : Answer.Changed,
            Deed.Delete or Deed.Restore or Deed.Pin or Deed.Unpin when o.Version > Newest => Answer.NotFound,
            Deed.Delete when Deleted.Contains(o.Version) => Answer.Unchanged,
            Deed.Delete => Aliases.Any(a => a.Value == o.Version && (!o.With || Fixed.Contains(a.Key))) || Pinned.Contains(o.Version) ? Answer.Refused : Answer.Changed,
            Deed.Restore => Deleted.Contains(o.Version) ? Answer.Changed : Answer.Unchanged,
            Deed.Pin => !Has(o.Version) ? Answer.NotFound : Pinned.Contains(o.Version) ? Answer.Unchanged : Answer.Changed,
            Deed.Unpin => Pinned.Contains(o.Version) ? Answer.Changed : Answer.Unchanged,
            Deed.Describe => Answer.Changed,
            Deed.DescribeVersion => Has(o.Version) ? Answer.Changed : Answer.NotFound,
            Deed.Rename => Names.Length > 0 && Names[0] == o.Name ? Answer.Unchanged : Answer.Changed,
            Deed.DeleteAsset when IsGone => Answer.Unchanged,
            Deed.DeleteAsset => Aliases.Keys.Any(Fixed.Contains) || Pinned.Count > 0 ? Answer.Refused : Answer.Changed,
            Deed.RestoreAsset => IsGone ? Answer.Changed : Answer.Unchanged,
            _ => throw new InvalidOperationException($"{o.Deed}"),
        }];
    }

    private static AssetModel Set(AssetModel after, JsonObject set)
    {
        foreach (var (member, value) in set)
        {
            after = member switch
            {
                "type" => after with { Type = (string?)value },
                "display" => after with { Display = (string?)value },
                "description" => after with { Description = (string?)value },
                "fixed" => after with { Fixed = [.. (value?.AsArray() ?? []).Select(a => (string)a!)] },
                "pinned" => after with { Pinned = [.. (value?.AsArray() ?? []).Select(n => (int)n!)] },
                _ => throw new InvalidOperationException($"no test sets '{member}'"),
            };
        }
        return after;
    }

    private JsonObject ToJson()
    {
        var state = new JsonObject { ["n"] = Newest, ["at"] = NewestAt };
        if (Newest == 0)
            state.Clear();
        Add("names", Names.IsEmpty ? null : new JsonArray([.. Names]));
        Add("type", Type);
        Add("display", Display);
        Add("description", Description);
        Add("aliases", Aliases.IsEmpty ? null : new JsonObject(Aliases.Select(a => new KeyValuePair<string, JsonNode?>(a.Key, a.Value))));
        Add("fixed", Fixed.IsEmpty ? null : new JsonArray([.. Fixed]));
        Add("deleted", Text(Deleted));
        Add("edited", Text(Edited));
        Add("pinned", Pinned.IsEmpty ? null : new JsonArray([.. Pinned]));
        Add("gone", IsGone ? true : null);
        return state;

        void Add(string member, JsonNode? value)
        {
            if (value is not null)
                state[member] = value;
        }
    }

    private static string? Text(ImmutableSortedSet<int> numbers)
    {
        List<string> parts = [];
        for (var i = 0; i < numbers.Count;)
        {
            var first = i;
            while (i + 1 < numbers.Count && numbers[i + 1] == numbers[i] + 1)
                i++;
            parts.Add(first == i ? $"{numbers[i]}" : $"{numbers[first]}-{numbers[i]}");
            i++;
        }
        return parts.Count == 0 ? null : string.Join(',', parts);
    }
}
