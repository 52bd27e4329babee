using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Cairn.TestServers.Gcs;

/// <summary>A bucket: live objects by name in UTF-8 order, and older generations where versioning is on. Thread-safe.</summary>
internal sealed class GcsBucket(string name, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, GcsObject> _live = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly Dictionary<string, List<GcsObject>> _older = new(StringComparer.Ordinal);
    private long _generation;

    public string Name => name;
    public DateTimeOffset Created { get; } = clock.GetUtcNow();
    public long Metageneration { get; private set; } = 1;
    public string Location { get; set; } = "US";
    public string LocationType => Location.Contains('-', StringComparison.Ordinal) ? "region" : "multi-region";
    public string StorageClass { get; set; } = "STANDARD";
    public bool Versioning { get; set; }
    public bool RequesterPays { get; set; }
    public ImmutableSortedDictionary<string, string> Labels { get; private set; } = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);
    public bool IsEmpty { get { lock (_gate) return _live.Count == 0 && _older.Count == 0; } }

    /// <summary>Lays a resource over the bucket's properties; <paramref name="replace"/> clears first what it does not name.</summary>
    public void Apply(JsonElement resource, bool replace = false)
    {
        if (replace) (Versioning, RequesterPays, Labels) = (false, false, Labels.Clear());
        if (resource.TryGetProperty("versioning", out var versioning)) Versioning = versioning.ValueKind == JsonValueKind.Object && versioning.TryGetProperty("enabled", out var on) && on.GetBoolean();
        if (resource.TryGetProperty("billing", out var billing)) RequesterPays = billing.ValueKind == JsonValueKind.Object && billing.TryGetProperty("requesterPays", out var pays)
            && pays.GetBoolean();
        if (resource.TryGetProperty("labels", out var labels)) Labels = GcsFields.Merge(Labels, labels, "labels");
        if (resource.TryGetProperty("storageClass", out var storageClass)) StorageClass = storageClass.GetString() ?? "STANDARD";
    }

    public void Touch() => Metageneration++;

    public GcsObject? Live(string objectName)
    {
        lock (_gate) return _live.GetValueOrDefault(objectName);
    }

    /// <summary>The live object, or the generation asked for; throws 404.</summary>
    public GcsObject Get(string objectName, long? generation)
    {
        lock (_gate)
        {
            var live = _live.GetValueOrDefault(objectName);
            if (generation is null || live?.Generation == generation) return live ?? throw GcsError.NoObject(name, objectName);
            return _older.GetValueOrDefault(objectName)?.Find(o => o.Generation == generation) ?? throw GcsError.NoObject(name, objectName);
        }
    }

    /// <summary>Checks the conditions, publishes, and deletes <paramref name="sources"/> for good, in one step.</summary>
    public GcsObject Put(string objectName, GcsContent content, GcsFields fields, GcsPreconditions conditions, int? componentCount = null, IReadOnlyCollection<GcsObject>? sources = null)
    {
        lock (_gate)
        {
            var live = _live.GetValueOrDefault(objectName);
            conditions.Check(live);
            RefuseHeld(live);
            foreach (var source in sources ?? []) RefuseHeld(source);
            var now = clock.GetUtcNow();
            // Generations are microseconds, never the same twice in a bucket.
            _generation = Math.Max(_generation + 1, (now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10);
            var made = new GcsObject(name, objectName, content, fields.StorageClass is null ? fields with { StorageClass = StorageClass } : fields)
            {
                Generation = _generation,
                Created = now,
                Updated = now,
                ComponentCount = componentCount,
            };
            if (live is not null) Archive(live, now);
            else
            {
                int at = _names.BinarySearch(objectName, Utf8Names.Order);
                _names.Insert(~at, objectName);
            }
            _live[objectName] = made;
            foreach (var source in sources ?? []) Remove(source);
            return made;
        }
    }

    /// <summary>Changes metadata of the live object (or a generation) under conditions.</summary>
    public GcsObject Change(string objectName, long? generation, GcsPreconditions conditions, Func<GcsObject, GcsFields> change)
    {
        lock (_gate)
        {
            var found = Get(objectName, generation);
            conditions.Check(found);
            var changed = found with { Fields = change(found), Metageneration = found.Metageneration + 1, Updated = clock.GetUtcNow() };
            if (_live.GetValueOrDefault(objectName)?.Generation == found.Generation) _live[objectName] = changed;
            else _older[objectName][_older[objectName].FindIndex(o => o.Generation == found.Generation)] = changed;
            return changed;
        }
    }

    /// <summary>Renames under conditions on both names, in one step: a new generation with the content and metadata of the old.</summary>
    public GcsObject Move(string source, string target, GcsPreconditions sourceConditions, GcsPreconditions conditions)
    {
        lock (_gate)
        {
            var found = Get(source, null);
            sourceConditions.Check(found);
            RefuseHeld(found);
            var made = Put(target, found.Content, found.Fields, conditions, found.ComponentCount);
            Delete(source, null, default);
            return made;
        }
    }

    public void Delete(string objectName, long? generation, GcsPreconditions conditions)
    {
        lock (_gate)
        {
            var found = Get(objectName, generation);
            conditions.Check(found);
            RefuseHeld(found);
            bool wasLive = _live.GetValueOrDefault(objectName)?.Generation == found.Generation;
            Remove(found);
            if (wasLive && generation is null) Archive(found, clock.GetUtcNow());
        }
    }

    /// <summary>Names from <paramref name="start"/> on (after it where <paramref name="exclusive"/>), at most <paramref name="count"/>: a snapshot.</summary>
    public List<GcsObject> Slice(string start, bool exclusive, int count, bool versions)
    {
        lock (_gate)
        {
            if (versions) return SliceVersions(start, exclusive, count);
            int at = _names.BinarySearch(start, Utf8Names.Order);
            at = at < 0 ? ~at : exclusive ? at + 1 : at;
            int take = Math.Min(count, _names.Count - at);
            var slice = new List<GcsObject>(take);
            for (int i = 0; i < take; i++) slice.Add(_live[_names[at + i]]);
            return slice;
        }
    }

    public IReadOnlyList<string> Names()
    {
        lock (_gate) return [.. _names];
    }

    public void WriteTo(Utf8JsonWriter json, FieldMask mask, string endpoint)
    {
        json.WriteStartObject();
        if (mask.Has("kind")) json.WriteString("kind", "storage#bucket");
        if (mask.Has("id")) json.WriteString("id", name);
        if (mask.Has("selfLink")) json.WriteString("selfLink", $"{endpoint}/storage/v1/b/{name}");
        if (mask.Has("name")) json.WriteString("name", name);
        if (mask.Has("projectNumber")) json.WriteString("projectNumber", "1");
        if (mask.Has("metageneration")) json.WriteString("metageneration", Metageneration.ToString(CultureInfo.InvariantCulture));
        if (mask.Has("location")) json.WriteString("location", Location);
        if (mask.Has("locationType")) json.WriteString("locationType", LocationType);
        if (mask.Has("storageClass")) json.WriteString("storageClass", StorageClass);
        if (mask.Has("etag")) json.WriteString("etag", "CA" + Convert.ToBase64String(BitConverter.GetBytes(Metageneration)));
        if (mask.Has("timeCreated")) json.WriteString("timeCreated", GcsObject.Time(Created));
        if (mask.Has("updated")) json.WriteString("updated", GcsObject.Time(Created));
        if (Versioning && mask.Has("versioning"))
        {
            json.WriteStartObject("versioning");
            json.WriteBoolean("enabled", true);
            json.WriteEndObject();
        }
        if (RequesterPays && mask.Has("billing"))
        {
            json.WriteStartObject("billing");
            json.WriteBoolean("requesterPays", true);
            json.WriteEndObject();
        }
        if (!Labels.IsEmpty && mask.Has("labels"))
        {
            json.WriteStartObject("labels");
            foreach (var (key, value) in Labels) json.WriteString(key, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private List<GcsObject> SliceVersions(string start, bool exclusive, int count) =>
        [.. _live.Keys.Union(_older.Keys, StringComparer.Ordinal)
            .Where(n => Utf8Names.Order.Compare(n, start) is var order && (exclusive ? order > 0 : order >= 0))
            .Order(Utf8Names.Order).Take(count)
            .SelectMany(n => (_older.GetValueOrDefault(n) ?? []).Concat(_live.TryGetValue(n, out var live) ? [live] : []))];

    /// <summary>Takes one generation away, live or older; nothing where it has gone already.</summary>
    private void Remove(GcsObject found)
    {
        if (_live.GetValueOrDefault(found.Name)?.Generation == found.Generation)
        {
            _live.Remove(found.Name);
            _names.RemoveAt(_names.BinarySearch(found.Name, Utf8Names.Order));
        }
        else if (_older.TryGetValue(found.Name, out var list))
        {
            list.RemoveAll(o => o.Generation == found.Generation);
            if (list.Count == 0) _older.Remove(found.Name);
        }
    }

    private void Archive(GcsObject live, DateTimeOffset now)
    {
        if (!Versioning) return;
        if (!_older.TryGetValue(live.Name, out var list)) _older.Add(live.Name, list = []);
        list.Add(live with { Deleted = now });
    }

    private void RefuseHeld(GcsObject? found)
    {
        if (found is { Fields: { TemporaryHold: true } or { EventBasedHold: true } })
            throw new GcsError(403, "forbidden", $"Object '{name}/{found.Name}' is under active Temporary hold or Event-Based hold and cannot be deleted, overwritten or archived until the hold is removed.");
    }
}
