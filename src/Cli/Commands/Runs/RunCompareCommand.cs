using System.CommandLine;
using System.Text.Json;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class RunCompareCommand
{
    public static Command Create()
    {
        var references = RunArgument.References();
        var all = new Option<bool>("--all") { Description = "Show what is equal in all runs too." };
        var command = new Command("compare", "Compare runs: status, duration, parameters and metrics by value, outputs by digest. Only differences are shown.") { references, all };
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var runs = call.Get(references)!.Select(RunArgument.Parse).ToList();
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var comparison = await catalog.Runs.CompareAsync(runs, onlyDifferences: !call.Get(all), call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
            {
                call.Output.Json(writer => Write(writer, comparison));
                return;
            }
            Columns.Write(call.Output, [
                ["", "", .. comparison.Runs.Select(r => r.Reference.ToString())],
                ["", "status", .. comparison.Runs.Select(r => r.Status.ToString())],
                ["", "took", .. comparison.Runs.Select(r => RunText.Duration(r.Duration))],
                .. comparison.Parameters.Select(p => Row("parameter", p, v => v is { } value ? RunText.Value(value) : "-")),
                .. comparison.Metrics.Select(m => Row("metric", m, v => v is { } value ? RunText.Number(value) : "-")),
                .. comparison.Outputs.Select(o => Row("output", o, v => v is { } digest ? AssetText.Short(digest) : "-")),
            ]);
        });
    }

    private static string[] Row<T>(string kind, RunDifference<T> row, Func<T, string> format) => [kind, row.Name, .. row.Values.Select(format)];

    private static void Write(Utf8JsonWriter writer, RunComparison comparison)
    {
        writer.WriteStartArray("runs");
        foreach (var run in comparison.Runs)
        {
            writer.WriteStartObject();
            RunJson.Write(writer, run);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        Rows(writer, "parameters", comparison.Parameters, v =>
        {
            if (v is { } value)
                value.WriteTo(writer);
            else
                writer.WriteNullValue();
        });
        Rows(writer, "metrics", comparison.Metrics, v =>
        {
            if (v is { } value)
                AssetJson.Value(writer, value);
            else
                writer.WriteNullValue();
        });
        Rows(writer, "outputs", comparison.Outputs, v => writer.WriteStringValue(v?.ToString()));
    }

    private static void Rows<T>(Utf8JsonWriter writer, string name, IEnumerable<RunDifference<T>> rows, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("name", row.Name);
            writer.WriteBoolean("differs", row.Differs);
            writer.WriteStartArray("values");
            foreach (var value in row.Values)
                write(value);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
