using System.Data;
using System.Globalization;
using System.Text.Json;

namespace Cairn.Catalog;

public sealed partial class RunCollection
{
    /// <summary>Reads runs, or the tasks of one of their steps, as a table: parameters and metrics side by side, to save as CSV or Parquet or to analyze.</summary>
    /// <param name="options">The runs. Optional.</param>
    /// <param name="step">The step whose tasks are the rows; a run without it has none. Default: the rows are runs.</param>
    /// <param name="limit">The most runs to read. Default: all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>
    /// The table, the newest run first. The columns <c>run</c>, <c>status</c>, <c>started</c>, <c>finished</c> (UTC) and <c>seconds</c> are always there; rows of tasks have <c>step</c>,
    /// <c>item</c> and <c>attempt</c> too, and rows of runs <c>tags</c>, separated by spaces. A column <c>param.NAME</c> follows for each parameter, or the default that was
    /// used in its place, and <c>metric.NAME</c> for the last value of each metric, by name. A parameter whose values are all numbers, or all Boolean values, has a column of that type; all others are
    /// text, and lists and objects are JSON.
    /// </returns>
    public async Task<DataTable> ReadTableAsync(RunListOptions? options = null, string? step = null, int limit = int.MaxValue, CancellationToken cancellationToken = default)
    {
        List<(object?[] Fixed, Dictionary<string, JsonElement> Parameters, Dictionary<string, double> Metrics)> rows = [];
        await foreach (var run in ListAsync(options, cancellationToken).Take(limit).ConfigureAwait(false))
        {
            var parameters = await ReadUsedAsync(run, cancellationToken).ConfigureAwait(false);
            if (step is null)
            {
                rows.Add(([run.Reference.ToString(), $"{run.Status}", run.StartedAt.UtcDateTime, run.FinishedAt?.UtcDateTime, run.Duration?.TotalSeconds, string.Join(' ', run.Tags)], parameters, new(run.Metrics)));
                continue;
            }
            if (run.Steps.FirstOrDefault(s => s.Name == step) is not { } found)
                continue;
            await foreach (var task in found.TasksAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add((
                    [run.Reference.ToString(), $"{task.Status}", task.StartedAt?.UtcDateTime, task.FinishedAt?.UtcDateTime, task.Duration?.TotalSeconds, task.Step, task.Item, (long)task.Attempt],
                    parameters,
                    task.Metrics.ToDictionary(m => m.Key, m => m.Value.Last, StringComparer.Ordinal)));
            }
        }

        var table = new DataTable("results") { Locale = CultureInfo.InvariantCulture };
        table.Columns.AddRange(
        [
            new("run", typeof(string)),
            new("status", typeof(string)),
            new("started", typeof(DateTime)) { DateTimeMode = DataSetDateTime.Utc },
            new("finished", typeof(DateTime)) { DateTimeMode = DataSetDateTime.Utc },
            new("seconds", typeof(double)),
        ]);
        if (step is null)
            table.Columns.Add("tags", typeof(string));
        else
            table.Columns.AddRange([new("step", typeof(string)), new("item", typeof(string)), new("attempt", typeof(long))]);
        var names = rows.SelectMany(r => r.Parameters.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var types = names.ConvertAll(n => TypeOf(rows.Where(r => r.Parameters.ContainsKey(n)).Select(r => r.Parameters[n].ValueKind)));
        var metrics = rows.SelectMany(r => r.Metrics.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        for (var i = 0; i < names.Count; i++)
            table.Columns.Add(ColumnOf(Unused(table, $"param.{names[i]}"), types[i]));
        foreach (var name in metrics)
            table.Columns.Add(Unused(table, $"metric.{name}"), typeof(double));
        foreach (var row in rows)
        {
            table.Rows.Add(
            [
                .. row.Fixed.Select(v => v ?? DBNull.Value),
                .. names.Select((n, i) => row.Parameters.TryGetValue(n, out var value) ? ValueOf(value, types[i]) : DBNull.Value),
                .. metrics.Select(n => row.Metrics.TryGetValue(n, out var value) ? (object)value : DBNull.Value),
            ]);
        }
        return table;
    }

    /// <summary>A name that the table does not have: it ignores case, and names of parameters do not.</summary>
    private static string Unused(DataTable table, string name)
    {
        var unused = name;
        for (var i = 2; table.Columns.Contains(unused); i++)
            unused = $"{name}.{i}";
        return unused;
    }

    private static DataColumn ColumnOf(string name, Type type) =>
        type == typeof(double) ? new(name, typeof(double)) : type == typeof(bool) ? new(name, typeof(bool)) : new(name, typeof(string));

    private static Type TypeOf(IEnumerable<JsonValueKind> kinds)
    {
        var known = kinds.Where(k => k != JsonValueKind.Null).Distinct().ToList();
        return known.Count == 0 ? typeof(string)
            : known.TrueForAll(k => k is JsonValueKind.True or JsonValueKind.False) ? typeof(bool)
            : known.TrueForAll(k => k is JsonValueKind.Number) ? typeof(double)
            : typeof(string);
    }

    private static object ValueOf(JsonElement value, Type type) => value.ValueKind == JsonValueKind.Null ? DBNull.Value
        : type == typeof(double) ? value.GetDouble()
        : type == typeof(bool) ? value.GetBoolean()
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
