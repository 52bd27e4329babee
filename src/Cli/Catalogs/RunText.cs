using System.Globalization;
using System.Text.Json;
using Cairn.Catalog;

namespace Cairn.Cli;

/// <summary>Formats runs and tasks for people.</summary>
internal static class RunText
{
    /// <summary>The most metrics in a line of a task.</summary>
    private const int MostMetrics = 4;

    /// <summary>A line of a list.</summary>
    public static string[] Row(RunInfo run) =>
        [run.Reference.ToString() + (run.IsDeleted ? " (deleted)" : "") + (run.IsDryRun ? " (dry run)" : ""), run.Status.ToString(), Timestamp.Short(run.StartedAt), Duration(run.Duration), string.Join(", ", run.Tags)];

    /// <summary>A line of a list of tasks.</summary>
    public static string[] Row(TaskInfo task) =>
        [task.Reference.ToString(), task.Status.ToString(), task.Attempt > 1 ? $"attempt {Number(task.Attempt)}" : "", Duration(task.Duration), Metrics(task), AssetText.OneLine(task.Error?.Message ?? task.Cause)];

    /// <summary>Writes a run.</summary>
    /// <param name="output">The output.</param>
    /// <param name="run">The run.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="origin">The run that it resumes; empty if there is none.</param>
    /// <param name="parent">The run that has started it; empty if there is none.</param>
    public static void Write(CommandOutput output, RunInfo run, JsonElement parameters, string origin, string parent)
    {
        Columns.Write(output, [.. Rows(run, parameters, origin, parent).Where(r => r[1].Length > 0)]);
        if (run.Steps.Count == 0)
            return;
        output.Line("");
        Columns.Write(output, [.. run.Steps.Select(s => new[] { "  " + s.Name, s.Kind.ToString().ToLowerInvariant(), s.Status.ToString(), Counts(s) })]);
    }

    /// <summary>Writes a task.</summary>
    /// <param name="output">The output.</param>
    /// <param name="task">The task.</param>
    /// <param name="source">The task whose outputs these are; empty if it has made them itself.</param>
    public static void Write(CommandOutput output, TaskInfo task, string source)
    {
        Columns.Write(output, [.. Rows(task, source).Where(r => r[1].Length > 0)]);
        Section(output, "inputs", task.Inputs.Select(i => new[]
        {
            i.Name, i.Role, i.Artifact.ToString(), i.Version is { } number ? $"version {Number(number)}" : i.Output is { } name ? $"output {name}" : "",
        }));
        Section(output, "outputs", task.Outputs.Select(o => new[] { o.Name, o.Digest.ToString(), o.IsState ? "state" : "" }));
        Section(output, "metrics", task.Metrics.Values.OrderBy(m => m.Name, Utf8Order.Comparer)
            .Select(m => new[] { m.Name, Number(m.Last), $"{Number(m.Min)} … {Number(m.Max)}", string.Create(CultureInfo.InvariantCulture, $"{m.Count} points") }));
        Section(output, "exports", task.Exports.Select(e => new[] { e.Path.Value, ByteSize.Format(e.Bytes), e.MediaType }));
        if (task.Error?.Stack is { } stack)
        {
            output.Line("");
            foreach (var line in stack.Split('\n'))
                output.Line(line.TrimEnd('\r'));
        }
    }

    public static string Duration(TimeSpan? duration) => duration switch
    {
        null => "-",
        { TotalSeconds: < 60 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } time => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        { } time => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A value of a parameter: a text as it is, anything else as JSON.</summary>
    public static string Value(JsonElement value) => AssetText.OneLine(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());

    private static string Metrics(TaskInfo task)
    {
        string[] all = [.. task.Metrics.Values.OrderBy(m => m.Name, Utf8Order.Comparer).Select(m => AssetText.OneLine($"{m.Name}={Number(m.Last)}"))];
        return string.Join(", ", all.Length > MostMetrics ? [.. all[..MostMetrics], $"and {Number(all.Length - MostMetrics)} more"] : all);
    }

    private static void Section(CommandOutput output, string title, IEnumerable<string[]> rows)
    {
        List<string[]> all = [.. rows.Select(r => (string[])["  " + r[0], .. r[1..]])];
        if (all.Count == 0)
            return;
        output.Line($"{title}:");
        Columns.Write(output, all);
    }

    private static string Counts(StepInfo step) => step is { Count: <= 1, Kind: not StepKind.ForEach } ? ""
        : $"{Number(step.Count)} tasks" + (step.CountOf(RunStatus.Succeeded) + step.CountOf(RunStatus.Cached) == step.Count
            ? "" : $": {string.Join(", ", Enum.GetValues<RunStatus>().Where(s => step.CountOf(s) > 0).Select(s => $"{Number(step.CountOf(s))} {s}"))}");

    private static IEnumerable<string[]> Rows(RunInfo run, JsonElement parameters, string origin, string parent)
    {
        yield return ["run", run.Reference.ToString() + (run.IsDeleted ? " (deleted)" : "") + (run.IsDryRun ? " (dry run)" : "")];
        yield return ["id", run.Id.ToString()];
        yield return ["status", run.Status.ToString()];
        var place = run.Error?.Step is { } step ? $"step {step}{(run.Error.Item is { } item ? $"/{item}" : "")}: " : "";
        yield return ["error", AssetText.OneLine(run.Error is { } error ? place + error.Message : run.Reason)];
        yield return ["started", $"{Timestamp.Short(run.StartedAt)}{(run.CreatedBy.Length > 0 ? $" by {run.CreatedBy}" : "")}{(run.Host is null ? "" : $" on {run.Host}")}"];
        yield return ["took", run.Duration is null ? "" : Duration(run.Duration)];
        yield return ["resumes", origin];
        yield return ["key", run.Key ?? ""];
        yield return ["started by", parent];
        yield return ["tags", string.Join(", ", run.Tags)];
        foreach (var parameter in parameters.EnumerateObject())
            yield return ["parameter", $"{parameter.Name}={Value(parameter.Value)}"];
        foreach (var value in run.Defaults.EnumerateObject())
            yield return ["parameter", $"{value.Name}={Value(value.Value)} (default)"];
        foreach (var (name, value) in run.Metrics.OrderBy(m => m.Key, Utf8Order.Comparer))
            yield return ["metric", $"{name}={Number(value)}{Source(run, run.MetricSources[name])}"];
    }

    /// <summary>Says that a value of a metric is one of many.</summary>
    private static string Source(RunInfo run, MetricSource source) => source is not { Item: { } item, Tasks: > 1 } ? ""
        : $" (of {source.Step}/{item}, the last of {Number(source.Tasks)} tasks; all: cairn run show {run.Reference}/{source.Step})";

    private static IEnumerable<string[]> Rows(TaskInfo task, string source)
    {
        yield return ["task", task.Reference.ToString()];
        yield return ["id", task.Id.ToString()];
        yield return ["status", task.Status + (task.Attempt > 1 ? $" (attempt {Number(task.Attempt)})" : "")];
        yield return ["cause", task.Cause ?? ""];
        yield return ["error", AssetText.OneLine(task.Error is { } error ? $"{error.Type}: {error.Message}" : null)];
        yield return ["started", task.StartedAt is null ? "" : Timestamp.Short(task.StartedAt)];
        yield return ["took", task.Duration is null ? "" : Duration(task.Duration)];
        yield return ["cached from", source];
        yield return ["parameters", string.Join(", ", task.Parameters.Select(p => task.Defaults.TryGetProperty(p, out var value) ? $"{p} (default {Value(value)})" : p))];
    }
}
