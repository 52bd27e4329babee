using System.CommandLine;
using System.Globalization;
using Cairn.Catalog;

namespace Cairn.Cli.Commands;

internal static class CatalogCommand
{
    public static Command Create() => new("catalog", "Maintain the catalog of a store, and the index of it on this machine.") { CreateStatus(), CreateSync(), CreateRebuild(), CreateVerify(), CreateCheckpoint() };

    private static Command CreateStatus() => CatalogOptionSet.ForReading().Runs(new Command("status", "Show the content of the index, and how far it is behind the store."), async call =>
    {
        var catalog = await call.OpenAsync().ConfigureAwait(false);
        var (id, status) = (await catalog.GetIdAsync(call.Stopping).ConfigureAwait(false), await catalog.StatusAsync(call.Stopping).ConfigureAwait(false));
        if (call.IsJson)
        {
            call.Output.Json(writer =>
            {
                writer.WriteString("catalog", id);
                writer.WriteString("root", catalog.Repository.Store.Root.ToString());
                writer.WriteNumber("assets", status.Assets);
                writer.WriteNumber("versions", status.Versions);
                writer.WriteNumber("unreadable", status.Unreadable);
                if (status.SynchronizedAt is { } at)
                    writer.WriteString("synchronizedAt", Timestamp.Format(at));
                AssetJson.Number(writer, "behind", status.Behind);
            });
            return;
        }
        Columns.Write(call.Output, [
            ["catalog", id.ToString()],
            ["store", catalog.Repository.Store.Root.ToString()],
            ["assets", Text(status.Assets)],
            ["versions", Text(status.Versions)],
            ["unreadable", status.Unreadable == 0 ? "0" : $"{Text(status.Unreadable)} records; see 'cairn catalog verify'"],
            ["synchronized", status.SynchronizedAt is { } time ? Timestamp.Short(time) : "never"],
            ["behind", status.Behind is > 0 and var behind ? $"{Text(behind)} batches; see 'cairn catalog sync'" : "0"]]);
    });

    private static Command CreateSync()
    {
        var full = new Option<bool>("--full") { Description = "Also list the chains of all assets, which finds records whose copies were never published and repairs the index. Takes requests in proportion to the number of records." };
        return CatalogOptionSet.ForReading().Runs(new Command("sync", "Bring the index on this machine up to the store.") { full }, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            Tell(call, await catalog.SyncAsync(call.Get(full), call.Stopping).ConfigureAwait(false));
        });
    }

    private static Command CreateRebuild()
    {
        var fromRecords = new Option<bool>("--from-records") { Description = "Read all records, instead of the newest checkpoint and the records after it." };
        return CatalogOptionSet.ForReading().Runs(new Command("rebuild", "Delete the index on this machine and build it again from the store.") { fromRecords }, async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            Tell(call, await catalog.RebuildAsync(call.Get(fromRecords), call.Stopping).ConfigureAwait(false));
        });
    }

    private static Command CreateVerify() => CatalogOptionSet.ForReading().Runs(
        new Command("verify", "Read all records of the catalog, and list those that are missing or damaged or contradict each other, and versions without content. Exits with code 1 if there are any."),
        async Task<int> (call) =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var count = 0;
            await foreach (var fault in catalog.VerifyAsync(call.Stopping).ConfigureAwait(false))
            {
                count++;
                if (!call.IsJson)
                    call.Output.Line($"{(fault.AssetName is null ? "" : $"{fault.AssetName}: ")}{fault.Reason}  {fault.Uri}");
                else
                {
                    call.Output.Json(writer =>
                    {
                        writer.WriteString("uri", fault.Uri.ToString());
                        AssetJson.Text(writer, "asset", fault.AssetName);
                        writer.WriteString("reason", fault.Reason);
                    });
                }
            }
            if (!call.IsJson)
                call.Output.Line(count == 0 ? "The catalog has no faults." : $"The catalog has {Text(count)} {(count == 1 ? "fault" : "faults")}.");
            return count == 0 ? ExitCode.Done : ExitCode.Failed;
        });

    private static Command CreateCheckpoint() => CatalogOptionSet.ForChanges().Runs(
        new Command("checkpoint", "Write a checkpoint, from which another machine builds its index with a few requests."),
        async call =>
        {
            var catalog = await call.OpenAsync().ConfigureAwait(false);
            var written = await catalog.CheckpointAsync(call.Stopping).ConfigureAwait(false);
            call.Report(written ? "Wrote a checkpoint." : "Another process wrote a checkpoint at the same time.", writer => writer.WriteBoolean("written", written));
        });

    private static void Tell(CatalogCall call, CatalogSync result)
    {
        if (call.IsJson)
        {
            call.Output.Json(writer =>
            {
                writer.WriteNumber("records", result.Records);
                writer.WriteNumber("batches", result.Batches);
                writer.WriteBoolean("behind", result.IsBehind);
            });
        }
        else
            call.Output.Line($"Applied {Text(result.Records)} records; read {Text(result.Batches)} batches.");
        if (result.IsBehind)
            call.Session.Note("note: another process is writing the index; some records were left to it");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
