using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>The content of a record of a task, which describes one attempt whole, or of the progress of one.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TaskId">The id of the attempt.</param>
/// <param name="Step">The name of the step.</param>
internal sealed record TaskRecord(Guid RunId, Guid TaskId, string Step)
{
    public const string Kind = "task";
    public const string ProgressKind = "progress";

    /// <summary>The most conflicts that a record has.</summary>
    public const int MaxConflicts = 100;

    /// <summary>The values of <see cref="Reuse"/>.</summary>
    public const string FromCache = "cache", FromResume = "resume";

    /// <summary>The position of the step.</summary>
    public int Order { get; init; }

    /// <summary>The item; null for a plain step.</summary>
    public string? Item { get; init; }

    public int? Index { get; init; }

    public int Attempt { get; init; } = 1;

    public RunStatus Status { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The task whose state this one began with.</summary>
    public Guid? Base { get; init; }

    public IReadOnlyList<TaskInputRecord> Inputs { get; init; } = [];

    public IReadOnlyDictionary<string, BlobDigest?> Outputs { get; init; } = new Dictionary<string, BlobDigest?>();

    /// <summary>The members of the state that the task has set; null for a removed one.</summary>
    public IReadOnlyDictionary<string, BlobDigest?> State { get; init; } = new Dictionary<string, BlobDigest?>();

    /// <summary>The parameters that the task has read.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The defaults of those parameters that the run does not have; null if there are none.</summary>
    public JsonObject? Defaults { get; init; }

    /// <summary>The keys of the items, for a task that splits.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    public IReadOnlyDictionary<string, MetricRecord> Metrics { get; init; } = new Dictionary<string, MetricRecord>();

    public IReadOnlyList<ExportRecord> Exports { get; init; } = [];

    public string? Log { get; init; }

    public BlobDigest? LargeLog { get; init; }

    public RunFailure? Error { get; init; }

    public string? Cause { get; init; }

    public BlobDigest? Checkpoint { get; init; }

    public string? CacheKey { get; init; }

    /// <summary>The parts of the cache key.</summary>
    public JsonObject? CacheParts { get; init; }

    /// <summary>Why a task with the same key was not used; null if there was none.</summary>
    public string? CacheMiss { get; init; }

    /// <summary>The first names that a join could not merge.</summary>
    public IReadOnlyList<MergeConflict> Conflicts { get; init; } = [];

    /// <summary>The number of names that a join could not merge.</summary>
    public int ConflictCount { get; init; }

    /// <summary>The task whose outputs these are.</summary>
    public Guid? From { get; init; }

    /// <summary><c>cache</c> or <c>resume</c>, with <see cref="From"/>.</summary>
    public string? Reuse { get; init; }

    /// <summary>Reads a record of a task.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes.</exception>
    public static TaskRecord Of(Record record)
    {
        var node = record.Node;
        var (log, large) = (node["log"], (BlobDigest?)null);
        if (log is JsonObject { Count: 1 } reference)
            (log, large) = (null, RecordValues.Digest(reference["$artifact"], "log"));
        return OfProgress(record) with
        {
            Order = Record.Integer(node["ord"] ?? throw Record.Wrong("ord"), "ord"),
            Status = RecordValues.Status(node["status"]),
            StartedAt = Record.Time(node["started"], "started"),
            FinishedAt = RecordValues.OptionalTime(node["finished"], "finished"),
            Base = RecordValues.OptionalId(node["base"], "base"),
            Inputs = node["inputs"] is null ? [] : node["inputs"] is JsonArray inputs ? [.. inputs.Select(TaskInputRecord.Of)] : throw Record.Wrong("inputs"),
            Outputs = RecordValues.Digests(node["outputs"], "outputs"),
            State = RecordValues.Digests(node["state"], "state"),
            Parameters = RecordValues.Texts(node["params"], "params") ?? [],
            Defaults = Record.OptionalObject(node["defaults"], "defaults"),
            Items = RecordValues.Texts(node["items"], "items"),
            Exports = node["exports"] is null ? [] : node["exports"] is JsonArray exports ? [.. exports.Select(ExportRecord.Of)] : throw Record.Wrong("exports"),
            Log = Record.OptionalText(log, "log"),
            LargeLog = large,
            Error = RunFailure.Of(node["error"]),
            Cause = Record.OptionalText(node["cause"], "cause"),
            CacheKey = Record.OptionalText(node["cache"], "cache"),
            CacheParts = Record.OptionalObject(node["parts"], "parts"),
            CacheMiss = Record.OptionalText(node["miss"], "miss"),
            Conflicts = node["conflicts"] is null ? [] : node["conflicts"] is JsonArray conflicts ? [.. conflicts.Select(MergeConflict.Of)] : throw Record.Wrong("conflicts"),
            ConflictCount = node["conflictCount"] is { } count ? Record.Integer(count, "conflictCount") : 0,
            From = RecordValues.OptionalId(node["from"], "from"),
            Reuse = Record.OptionalText(node["reuse"], "reuse"),
        };
    }

    /// <summary>Reads the members that a record of progress has.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes.</exception>
    public static TaskRecord OfProgress(Record record)
    {
        var node = record.Node;
        return new(RecordValues.Id(node["run"], "run"), RecordValues.Id(node["task"], "task"), Record.Text(node["step"]) ?? throw Record.Wrong("step"))
        {
            Item = Record.OptionalText(node["item"], "item"),
            Index = node["index"] is { } index ? Record.Integer(index, "index") : null,
            Attempt = Record.Number(node["attempt"], "attempt") ?? throw Record.Wrong("attempt"),
            Status = RunStatus.Running,
            Metrics = (Record.OptionalObject(node["metrics"], "metrics") ?? []).ToDictionary(m => m.Key, m => MetricRecord.Of(m.Value), StringComparer.Ordinal),
            Checkpoint = RecordValues.OptionalDigest(node["checkpoint"], "checkpoint"),
        };
    }

    /// <summary>Makes a record of the task.</summary>
    public Record ToRecord(RecordSource source)
    {
        var node = Begin(source, Kind);
        node["ord"] = Order;
        node["status"] = RecordValues.Text(Status);
        node["started"] = Record.Format(StartedAt);
        RecordValues.Set(node, "finished", FinishedAt is { } finished ? Record.Format(finished) : null);
        RecordValues.Set(node, "base", Base?.ToString());
        if (Inputs.Count > 0)
            node["inputs"] = new JsonArray([.. Inputs.Select(i => i.ToJson())]);
        if (Outputs.Count > 0)
            node["outputs"] = RecordValues.Object(Outputs);
        if (State.Count > 0)
            node["state"] = RecordValues.Object(State);
        if (Parameters.Count > 0)
            node["params"] = RecordValues.Array(Parameters);
        RecordValues.Set(node, "defaults", Defaults?.DeepClone());
        if (Items is not null)
            node["items"] = RecordValues.Array(Items);
        if (Exports.Count > 0)
            node["exports"] = new JsonArray([.. Exports.Select(e => e.ToJson())]);
        RecordValues.Set(node, "log", LargeLog is { } large ? new JsonObject { ["$artifact"] = large.ToString() } : Log);
        RecordValues.Set(node, "error", Error?.ToJson());
        RecordValues.Set(node, "cause", Cause);
        RecordValues.Set(node, "cache", CacheKey);
        RecordValues.Set(node, "parts", CacheParts?.DeepClone());
        RecordValues.Set(node, "miss", CacheMiss);
        if (Conflicts.Count > 0)
        {
            node["conflicts"] = new JsonArray([.. Conflicts.Take(MaxConflicts).Select(c => c.ToJson())]);
            node["conflictCount"] = ConflictCount;
        }
        RecordValues.Set(node, "from", From?.ToString());
        RecordValues.Set(node, "reuse", Reuse);
        return End(source, node);
    }

    /// <summary>Makes a record of the progress of the task.</summary>
    public Record ToProgress(RecordSource source) => End(source, Begin(source, ProgressKind));

    private JsonObject Begin(RecordSource source, string kind)
    {
        // A record of progress is about a task too: its member named like its kind would say nothing.
        var node = source.Begin(Kind, TaskId.ToString(), ("run", RunId.ToString()), ("step", Step));
        node["kind"] = kind;
        RecordValues.Set(node, "item", Item);
        RecordValues.Set(node, "index", Index);
        node["attempt"] = Attempt;
        return node;
    }

    private Record End(RecordSource source, JsonObject node)
    {
        if (Metrics.Count > 0)
            node["metrics"] = new JsonObject(Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, m.Value.ToJson())));
        RecordValues.Set(node, "checkpoint", Checkpoint?.ToString());
        node["id"] = source.NextId().ToString();
        return Record.Create(node);
    }
}
