using System.Text.Json;
using Cairn.Catalog;

namespace Cairn.Shell;

/// <summary>Writes runs, tasks and outputs as JSON.</summary>
internal static class RunJson
{
    public static void Write(Utf8JsonWriter writer, RunInfo run) => Write(writer, run, run.Parameters);

    public static void Write(Utf8JsonWriter writer, RunInfo run, JsonElement parameters)
    {
        writer.WriteString("reference", run.Reference.ToString());
        writer.WriteString("id", run.Id);
        writer.WriteString("flow", run.Flow);
        writer.WriteString("status", run.Status.ToString());
        Times(writer, run.StartedAt, run.FinishedAt);
        writer.WriteString("createdBy", run.CreatedBy);
        AssetJson.Text(writer, "host", run.Host);
        Id(writer, "origin", run.Origin);
        Id(writer, "parent", run.Parent);
        AssetJson.Texts(writer, "tags", run.Tags);
        writer.WritePropertyName("parameters");
        parameters.WriteTo(writer);
        writer.WriteStartObject("metrics");
        foreach (var (name, value) in run.Metrics.OrderBy(m => m.Key, Utf8Order.Comparer))
            Number(writer, name, value);
        writer.WriteEndObject();
        writer.WriteBoolean("deleted", run.IsDeleted);
        writer.WriteBoolean("dryRun", run.IsDryRun);
    }

    /// <summary>Writes what a list omits.</summary>
    public static void WriteDetails(Utf8JsonWriter writer, RunInfo run)
    {
        writer.WritePropertyName("defaults");
        run.Defaults.WriteTo(writer);
        writer.WritePropertyName("environment");
        run.Environment.WriteTo(writer);
        Failure(writer, run.Error);
        AssetJson.Text(writer, "reason", run.Reason);
        AssetJson.Text(writer, "key", run.Key);
        writer.WriteStartArray("steps");
        foreach (var step in run.Steps)
        {
            writer.WriteStartObject();
            Write(writer, step);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, StepInfo step)
    {
        writer.WriteString("name", step.Name);
        writer.WriteString("kind", step.Kind.ToString().ToLowerInvariant());
        writer.WriteString("status", step.Status.ToString());
        AssetJson.Texts(writer, "after", step.After);
        writer.WriteNumber("tasks", step.Count);
        foreach (var status in Enum.GetValues<RunStatus>().Where(s => step.CountOf(s) > 0))
            writer.WriteNumber(status.ToString().ToLowerInvariant(), step.CountOf(status));
    }

    public static void Write(Utf8JsonWriter writer, TaskInfo task)
    {
        writer.WriteString("reference", task.Reference.ToString());
        writer.WriteString("id", task.Id);
        writer.WriteString("step", task.Step);
        AssetJson.Text(writer, "item", task.Item);
        AssetJson.Number(writer, "index", task.Index);
        writer.WriteNumber("attempt", task.Attempt);
        writer.WriteString("status", task.Status.ToString());
        Times(writer, task.StartedAt, task.FinishedAt);
        AssetJson.Text(writer, "cause", task.Cause);
        Failure(writer, task.Error);
        Id(writer, "cachedFrom", task.CachedFrom);
        AssetJson.Texts(writer, "parameters", task.Parameters);
        writer.WritePropertyName("defaults");
        task.Defaults.WriteTo(writer);
        writer.WriteStartArray("inputs");
        foreach (var input in task.Inputs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", input.Name);
            writer.WriteString("role", input.Role);
            writer.WriteString("artifact", input.Artifact.ToString());
            Id(writer, "asset", input.AssetId);
            AssetJson.Number(writer, "version", input.Version);
            Id(writer, "task", input.TaskId);
            AssetJson.Text(writer, "output", input.Output);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("outputs");
        foreach (var output in task.Outputs)
        {
            writer.WriteStartObject();
            Write(writer, output);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartObject("metrics");
        foreach (var (name, metric) in task.Metrics.OrderBy(m => m.Key, Utf8Order.Comparer))
        {
            writer.WriteStartObject(name);
            Number(writer, "last", metric.Last);
            Number(writer, "min", metric.Min);
            Number(writer, "max", metric.Max);
            writer.WriteNumber("count", metric.Count);
            writer.WriteNumber("step", metric.Step);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteStartArray("exports");
        foreach (var export in task.Exports)
        {
            writer.WriteStartObject();
            Write(writer, export);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, OutputInfo output)
    {
        writer.WriteString("reference", output.Reference.ToString());
        writer.WriteString("name", output.Name);
        writer.WriteString("artifact", output.Digest.ToString());
        writer.WriteBoolean("state", output.IsState);
        writer.WriteString("task", output.TaskId);
        if (output.CreatedAt is { } at)
            writer.WriteString("createdAt", Timestamp.Format(at));
    }

    public static void Write(Utf8JsonWriter writer, ExportInfo export)
    {
        writer.WriteString("name", export.Name);
        writer.WriteString("path", export.Path.Value);
        writer.WriteNumber("length", export.Bytes);
        writer.WriteString("mediaType", export.MediaType);
        writer.WriteString("digest", export.Digest.ToString());
    }

    /// <summary>Writes a number. NaN and the infinities are objects with the member <c>$</c>, as in the records.</summary>
    public static void Number(Utf8JsonWriter writer, string name, double value)
    {
        writer.WritePropertyName(name);
        AssetJson.Value(writer, value);
    }

    private static void Times(Utf8JsonWriter writer, DateTimeOffset? started, DateTimeOffset? finished)
    {
        if (started is { } from)
            writer.WriteString("startedAt", Timestamp.Format(from));
        if (finished is { } to)
            writer.WriteString("finishedAt", Timestamp.Format(to));
        if (finished - started is { } duration)
            writer.WriteNumber("seconds", duration.TotalSeconds);
    }

    private static void Id(Utf8JsonWriter writer, string name, Guid? id)
    {
        if (id is { } value)
            writer.WriteString(name, value);
    }

    private static void Failure(Utf8JsonWriter writer, RunFailure? error)
    {
        if (error is null)
            return;
        writer.WriteStartObject("error");
        writer.WriteString("type", error.Type);
        writer.WriteString("message", error.Message);
        AssetJson.Text(writer, "step", error.Step);
        AssetJson.Text(writer, "item", error.Item);
        AssetJson.Text(writer, "stack", error.Stack);
        writer.WriteEndObject();
    }
}
