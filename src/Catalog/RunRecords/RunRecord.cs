using System.Text.Json.Nodes;
using Cairn.Artifacts;
using Cairn.Catalog.Records;

namespace Cairn.Catalog.RunRecords;

/// <summary>The content of a record of a run. The newest record of a run describes it whole.</summary>
/// <param name="RunId">The id of the run.</param>
/// <param name="Flow">The name of the flow.</param>
/// <param name="Status">The status.</param>
/// <param name="StartedAt">When it began.</param>
internal sealed record RunRecord(Guid RunId, string Flow, RunStatus Status, DateTimeOffset StartedAt)
{
    public const string Kind = "run";

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The run that this one resumes.</summary>
    public Guid? Origin { get; init; }

    /// <summary>The run that started this one.</summary>
    public Guid? Parent { get; init; }

    /// <summary>Whether the run saved no artifacts.</summary>
    public bool IsDry { get; init; }

    /// <summary>The key that the run was begun with.</summary>
    public string? Key { get; init; }

    /// <summary>The parameters. If they are an artifact, a record that was read has none until somebody loads them.</summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>The artifact with the parameters, if they are too large for the record.</summary>
    public BlobDigest? LargeParameters { get; init; }

    /// <summary>The defaults that tasks have read in place of parameters which the run does not have; null if there are none.</summary>
    public JsonObject? Defaults { get; init; }

    public JsonObject? Environment { get; init; }

    public string? Host { get; init; }

    public IReadOnlyList<StepRecord> Steps { get; init; } = [];

    public RunFailure? Error { get; init; }

    public string? Reason { get; init; }

    /// <summary>Reads a record.</summary>
    /// <exception cref="FormatException">A member has another form than the format describes.</exception>
    public static RunRecord Of(Record record)
    {
        var node = record.Node;
        var parameters = Record.OptionalObject(node["params"], "params");
        var large = parameters is { Count: 1 } && parameters["$artifact"] is { } artifact ? RecordValues.Digest(artifact, "params") : (BlobDigest?)null;
        return new(RecordValues.Id(node["run"], "run"), Record.Text(node["flow"]) ?? throw Record.Wrong("flow"), RecordValues.Status(node["status"]), Record.Time(node["started"], "started"))
        {
            FinishedAt = RecordValues.OptionalTime(node["finished"], "finished"),
            Origin = RecordValues.OptionalId(node["origin"], "origin"),
            Parent = RecordValues.OptionalId(node["parent"], "parent"),
            IsDry = node["dry"] is System.Text.Json.Nodes.JsonValue dry && dry.TryGetValue(out bool isDry) && isDry,
            Key = Record.OptionalText(node["key"], "key"),
            Parameters = large is null ? parameters : null,
            LargeParameters = large,
            Defaults = Record.OptionalObject(node["defaults"], "defaults"),
            Environment = Record.OptionalObject(node["env"], "env"),
            Host = Record.OptionalText(node["host"], "host"),
            Steps = node["steps"] is null ? [] : node["steps"] is JsonArray steps ? [.. steps.Select(StepRecord.Of)] : throw Record.Wrong("steps"),
            Error = RunFailure.Of(node["error"]),
            Reason = Record.OptionalText(node["reason"], "reason"),
        };
    }

    /// <summary>Makes a record.</summary>
    public Record ToRecord(RecordSource source)
    {
        var node = source.Begin(Kind, RunId.ToString(), ("flow", Flow), ("status", RecordValues.Text(Status)), ("started", Record.Format(StartedAt)));
        RecordValues.Set(node, "finished", FinishedAt is { } finished ? Record.Format(finished) : null);
        RecordValues.Set(node, "origin", Origin?.ToString());
        RecordValues.Set(node, "parent", Parent?.ToString());
        if (IsDry)
            node["dry"] = true;
        RecordValues.Set(node, "key", Key);
        RecordValues.Set(node, "params", LargeParameters is { } large ? new JsonObject { ["$artifact"] = large.ToString() } : Parameters?.DeepClone());
        RecordValues.Set(node, "defaults", Defaults?.DeepClone());
        RecordValues.Set(node, "env", Environment?.DeepClone());
        RecordValues.Set(node, "host", Host);
        if (Steps.Count > 0)
            node["steps"] = new JsonArray([.. Steps.Select(s => s.ToJson())]);
        RecordValues.Set(node, "error", Error?.ToJson());
        RecordValues.Set(node, "reason", Reason);
        node["id"] = source.NextId().ToString();
        return Record.Create(node);
    }
}
