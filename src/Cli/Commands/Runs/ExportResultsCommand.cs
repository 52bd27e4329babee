using System.CommandLine;
using System.Data;
using System.Text.Json;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Providers.Memory;

namespace Cairn.Cli.Commands;

internal static class ExportResultsCommand
{
    public static Command Create()
    {
        var selection = new RunListOptionSet();
        var step = new Option<string?>("--step") { Description = "A row for each task of this step, instead of a row for each run.", HelpName = "STEP" };
        var output = new Option<string?>("--output", "-o") { Description = "A new file, or one that --replace replaces. Its extension, .csv or .parquet, chooses the format. Default: CSV on standard output.", HelpName = "FILE" };
        var replace = LoadCommand.Replace();
        var csv = new Option<bool>("--csv") { Description = "Write CSV, whatever the extension is." };
        var limit = LimitOption.Create("runs");
        var command = selection.AddTo(new("results", "Write a table of runs: status, times, parameters and metrics, the newest run first.") { step, output, replace, csv, limit });
        return CatalogOptionSet.ForReading().Runs(command, async call =>
        {
            var options = selection.Read(call.Parsed);
            var most = LimitOption.Read(call.Parsed, limit);
            var path = call.Get(output);
            if (call.IsJson && (path is not null || call.Get(csv)))
                throw new UsageException("--json writes the rows to standard output; it cannot be combined with --output and --csv.");
            var format = call.Get(csv) || path is null ? "csv" : FileFormats.IdOf(path);
            if (format is not ("csv" or "parquet"))
                throw new UsageException($"'{path}' has neither the extension .csv nor .parquet. Choose one, or use --csv.");
            if (call.Get(replace) && path is null)
                throw new UsageException("--replace needs --output: otherwise, the table is written to standard output.");
            if (path is not null)
                OutputFile.Check(path, call.Get(replace));
            var catalog = await FreshnessOption.OpenAsync(call, selection.Cached).ConfigureAwait(false);
            using var table = await catalog.Runs.ReadTableAsync(options, call.Get(step), most, call.Stopping).ConfigureAwait(false);
            if (call.IsJson)
            {
                foreach (DataRow row in table.Rows)
                    call.Output.Json(writer => Write(writer, table, row));
            }
            else
            {
                await WriteAsync(call, table, format, path, call.Get(replace)).ConfigureAwait(false);
            }
            if (table.Rows.Count == 0)
            {
                await UnknownNames.TellAsync(call, catalog, options).ConfigureAwait(false);
                if (call.Get(step) is { } name)
                {
                    var runs = await catalog.Runs.ListAsync(options with { Freshness = Freshness.Cached }, call.Stopping).Take(most).ToListAsync(call.Stopping).ConfigureAwait(false);
                    UnknownNames.TellStep(call, name, runs);
                }
            }
            FreshnessOption.Tell(call, catalog, selection.Cached);
        });
    }

    private static async Task WriteAsync(CatalogCall call, DataTable table, string format, string? path, bool replace)
    {
        if (path is null)
            await Export.Csv("results", table).WriteAsync(call.Output.Stream, call.Stopping).ConfigureAwait(false);
        else if (format == "csv")
            await OutputFile.WriteAsync(path, replace, target => Export.Csv("results", table).WriteAsync(target, call.Stopping), call.Stopping).ConfigureAwait(false);
        else
            await MaterializeAsync(call, table, format, path, replace).ConfigureAwait(false);
    }

    /// <summary>Writes the file that a materializer makes of the table.</summary>
    private static async Task MaterializeAsync(CatalogCall call, DataTable table, string format, string path, bool replace)
    {
        var scratch = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://results", cancellationToken: call.Stopping).ConfigureAwait(false);
        await using var forgetting = scratch.ConfigureAwait(false);
        var repository = new ArtifactRepository(scratch, await ArtifactOptions.MaterializersAsync(call.Session, call.Stopping).ConfigureAwait(false));
        if (!repository.Materializers.TryGet(format, out var materializer))
            throw new StoreException(new StoreFault(StoreErrorCode.Unsupported, $"no plugin writes '{format}'") { Advice = "Install the plugin with 'cairn plugin add', or write CSV." });
        var artifact = await repository.SaveAsync(table, new() { Materializer = format }, call.Stopping).ConfigureAwait(false);
        // The other files of the artifact serve only the store.
        var file = artifact.Manifest.Files.First(f => f.MediaType == materializer.MediaType);
        var content = await repository.OpenFileAsync(artifact.Digest, file.Name, call.Stopping).ConfigureAwait(false);
        await using var closing = content.ConfigureAwait(false);
        await OutputFile.WriteAsync(path, replace, target => content.CopyToAsync(target, call.Stopping), call.Stopping).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, DataTable table, DataRow row)
    {
        foreach (DataColumn column in table.Columns)
        {
            switch (row[column])
            {
                case double number:
                    RunJson.Number(writer, column.ColumnName, number);
                    break;
                case long number:
                    writer.WriteNumber(column.ColumnName, number);
                    break;
                case bool value:
                    writer.WriteBoolean(column.ColumnName, value);
                    break;
                case DateTime time:
                    writer.WriteString(column.ColumnName, time);
                    break;
                case string text:
                    writer.WriteString(column.ColumnName, text);
                    break;
                default:
                    writer.WriteNull(column.ColumnName);
                    break;
            }
        }
    }
}
