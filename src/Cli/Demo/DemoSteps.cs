using System.Diagnostics.CodeAnalysis;
using Cairn.Artifacts;
using Cairn.Catalog;
using Cairn.Materializers;
using Cairn.Workspaces;

namespace Cairn.Cli.Demo;

using Catalog = Cairn.Catalog.Catalog;

/// <summary>The steps of the demo, in order. Each step depends on the previous ones.</summary>
[SuppressMessage("Reliability", "CA2007", Justification = "The demo prints its own source as a program would write it.")]
[SuppressMessage("Reliability", "CA2016", Justification = "The demo prints its own source as a program would write it; the whole demo is cancelled between steps.")]
internal static class DemoSteps
{
    public static IReadOnlyList<DemoStep> All { get; } =
    [
        new("Create a workspace and register two stores in it", async demo =>
        {
            (demo.Workspace, _) = await Workspace.InitializeAsync(demo.Folder, demo.Flavors);
            await demo.Workspace.RegisterAsync(new RegisteredStore("main", demo.Flavor, demo.Root));
            var root = StoreUri.FromLocalPath(Path.Join(demo.Folder, "second"));
            await demo.Workspace.RegisterAsync(new RegisteredStore("second", "local", root));
            foreach (var store in demo.Workspace.Read().Stores)
                demo.Print($"{store.Name}: {store.Flavor} at {store.Root}");
        }),
        new("Open both stores", async demo =>
        {
            demo.Store = await demo.Workspace.OpenStoreAsync("main");
            demo.Second = await demo.Workspace.OpenStoreAsync("second");
        }),
        new("Upload real files (public data) in parallel", async demo =>
        {
            var uploaded = await demo.Store.UploadDirectoryAsync(demo.Data, "raw");
            demo.Print($"{uploaded.Files} files, {uploaded.Bytes} bytes");
        }),
        new("List files; the order is the same in every store", async demo =>
        {
            await foreach (var file in demo.Store.ListAsync("raw"))
                demo.Print($"{file.Path}  {file.Length} bytes");
        }),
        new("Find files by a pattern, and stream their lines", async demo =>
        {
            await foreach (var file in demo.Store.GlobAsync("**/*.csv"))
            {
                var (days, rainy) = (0, 0);
                await foreach (var line in demo.Store.ReadLinesAsync(file.Path))
                    (days, rainy) = (days + 1, rainy + (line.EndsWith(",rain", StringComparison.Ordinal) ? 1 : 0));
                demo.Print($"{file.Path}: {rainy} of {days - 1} days in Seattle were rainy");
            }
        }),
        new("Read typed JSON, compute, and write the result; CreateNew never overwrites a file", async demo =>
        {
            var penguins = await demo.Store.ReadJsonAsync("raw/penguins.json", DemoJson.Default.PenguinArray);
            var summary = penguins!.GroupBy(p => p.Species).Select(g => new SpeciesSummary(g.Key, g.Count(), Math.Round(g.Average(p => p.Mass) ?? 0))).ToArray();
            await demo.Store.WriteJsonAsync("results/species.json", summary, WriteMode.CreateNew, DemoJson.Default.SpeciesSummaryArray);
            try
            {
                await demo.Store.WriteTextAsync("results/species.json", "something else", WriteMode.CreateNew);
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
            {
                demo.Print($"the second write was refused: {e.Code}");
            }
            demo.Print(await demo.Store.ReadTextAsync("results/species.json"));
        }),
        new("Replace a file only if its version is the expected one", async demo =>
        {
            var first = await demo.Store.WriteTextAsync("results/notes.txt", "draft", WriteMode.CreateNew);
            await demo.Store.WriteTextAsync("results/notes.txt", "final", WriteMode.Match(first.ETag!));
            try
            {
                await demo.Store.WriteTextAsync("results/notes.txt", "late", WriteMode.Match(first.ETag!));
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
            {
                demo.Print($"the late writer was refused: {e.Code}; the file contains '{await demo.Store.ReadTextAsync("results/notes.txt")}'");
            }
        }),
        new("Abandon a write: an incomplete write leaves no file", async demo =>
        {
            await using (var stream = await demo.Store.OpenWriteAsync("results/half.bin", WriteMode.CreateNew))
                await stream.WriteAsync(new byte[1 << 20]);
            demo.Print($"results/half.bin exists: {await demo.Store.ExistsAsync("results/half.bin")}");
        }),
        new("Read a range of bytes", async demo =>
        {
            var options = new OpenReadOptions { Range = new ByteRange(0, 49) };
            await using var header = await demo.Store.OpenReadAsync("raw/seattle-weather.csv", options);
            demo.Print(await new StreamReader(header).ReadToEndAsync());
        }),
        new("Copy within a store and to another store", async demo =>
        {
            await demo.Store.CopyAsync("raw/penguins.json", "copies/penguins.json", WriteMode.CreateNew);
            var copied = await demo.Store.CopyTreeToAsync("raw", demo.Second, "mirror");
            demo.Print($"{copied.Files} files, {copied.Bytes} bytes in {demo.Second.Root}");
        }),
        new("Move a folder", async demo =>
        {
            var moved = await demo.Store.MoveAsync("results", "published", WriteMode.CreateNew);
            demo.Print($"{moved.Path}/ exists: {await demo.Store.IsDirectoryAsync("published")}; results/ exists: {await demo.Store.IsDirectoryAsync("results")}");
        }),
        new("Verify that the copy in the second store has the digest of the original", async demo =>
        {
            await using var original = await demo.Store.OpenReadAsync("raw/penguins.json");
            var digest = Checksum.FromBytes(Checksum.Sha256, await System.Security.Cryptography.SHA256.HashDataAsync(original));
            var options = new OpenReadOptions { ExpectedChecksum = digest };
            await using var copy = await demo.Second.OpenReadAsync("mirror/penguins.json", options);
            await copy.CopyToAsync(Stream.Null);
            demo.Print($"{digest}: verified while reading");
        }),
        new("Remove a folder with all its content", async demo =>
        {
            var removed = await demo.Second.RemoveTreeAsync("mirror");
            demo.Print($"{removed} files removed, {await demo.Second.ListAsync().CountAsync()} left");
        }),
        new("Convert the data to typed objects: records, an array, a model and a chart", async demo =>
        {
            demo.Penguins = [.. (await demo.Store.ReadJsonAsync("raw/penguins.json", DemoJson.Default.PenguinArray))!];
            demo.Masses = [.. demo.Penguins.Where(p => p.Mass is not null).Select(p => p.Mass!.Value)];
            demo.Model = new MassModel(demo.Penguins.GroupBy(p => p.Species).ToDictionary(g => g.Key, g => Math.Round(g.Average(p => p.Mass) ?? 0)));
            demo.Chart = MassChart.Of(demo.Model);
            demo.Print($"{demo.Penguins.Count} rows, {demo.Masses.Length} numbers, {demo.Model.MeanMass.Count} species, {demo.Chart}");
        }),
        new("Save the objects as assets: the type selects the format, the content determines the digest", async demo =>
        {
            var materializers = MaterializerRegistry.CreateDefault(DemoJson.Default).AddJsonLines(DemoJson.Default.Penguin);
            var repository = new ArtifactRepository(demo.Store, materializers);
            demo.Catalog = await Catalog.OpenAsync(repository, new() { User = "u:demo", IndexFolder = Path.Join(demo.Folder, "index") });
            var table = await demo.Catalog.Assets.SaveAsync("penguins/table", demo.Penguins, new() { Type = "dataset" });
            var masses = await demo.Catalog.Assets.SaveAsync("penguins/masses", demo.Masses);
            var model = await demo.Catalog.Assets.SaveAsync("penguins/model", demo.Model, new() { Type = "model", Metadata = { ["species"] = demo.Model.MeanMass.Count } });
            var chart = await demo.Catalog.Assets.SaveAsync("penguins/chart", demo.Chart);
            foreach (var version in new[] { table, masses, model, chart })
                demo.Print($"{version}  {version.Artifact.Hex[..12]}…");
        }),
        new("Save one of them again: equal content makes no new version and no new blob", async demo =>
        {
            var before = await demo.Store.ListAsync("artifacts/blobs/sha256").CountAsync();
            var again = await demo.Catalog.Assets.SaveAsync("penguins/table", demo.Penguins);
            demo.Print($"{again} {(again.Created ? "new" : "unchanged")}");
            demo.Print($"{before} blobs before, {await demo.Store.ListAsync("artifacts/blobs/sha256").CountAsync() - before} new");
        }),
        new("Change one row: the next version, and the new blobs", async demo =>
        {
            var before = await demo.Store.ListAsync("artifacts/blobs/sha256").Select(b => b.Path).ToHashSetAsync();
            demo.Penguins[0] = demo.Penguins[0] with { Mass = 4000 };
            var next = await demo.Catalog.Assets.SaveAsync("penguins/table", demo.Penguins);
            demo.Print($"{next} {(next.Created ? "new" : "unchanged")}");
            await foreach (var blob in demo.Store.ListAsync("artifacts/blobs/sha256").Where(b => !before.Contains(b.Path)))
                demo.Print($"new: {blob.Path.Name[..12]}…  {blob.Length} bytes");
        }),
        new("Point an alias to a version, and move it only if it is where it was seen", async demo =>
        {
            await demo.Catalog.Assets.MoveAliasAsync("penguins/table", "production", to: 1, why: "checked");
            await demo.Catalog.Assets.MoveAliasAsync("penguins/table", "production", to: 2, from: 1, why: "one weight corrected");
            try
            {
                await demo.Catalog.Assets.MoveAliasAsync("penguins/table", "production", to: 1, from: 1, why: "late");
            }
            catch (AliasMovedException e)
            {
                demo.Print($"the late move was refused: {e.Alias} is at version {e.Actual}");
            }
            await foreach (var move in demo.Catalog.Assets.AliasHistoryAsync("penguins/table", "production"))
                demo.Print($"{move.Alias}: {move.From?.ToString() ?? "none"} -> {move.To}, by {move.By}: {move.Why}");
        }),
        new("Load the objects by name, number or alias as typed values", async demo =>
        {
            var table = await demo.Catalog.Assets.LoadAsync<List<Penguin>>("penguins/table@production");
            var first = await demo.Catalog.Assets.LoadAsync<List<Penguin>>("penguins/table:1");
            var masses = await demo.Catalog.Assets.LoadAsync<double[]>("penguins/masses");
            demo.Print($"the first of {table.Count} weighs {table[0].Mass} g, and weighed {first[0].Mass} g; all {masses.Length} together weigh {masses.Sum() / 1000:F1} kg");
        }),
        new("List and search", async demo =>
        {
            await foreach (var asset in demo.Catalog.Assets.ListAsync(new() { Where = [Meta.Key("species") > 2] }))
                demo.Print($"{asset.Name}, a {asset.Type}: latest version {asset.Latest}");
            await foreach (var hit in demo.Catalog.SearchAsync("penguins tab"))
                demo.Print($"found: {hit}");
        }),
        new("Record a run: what each step reads and makes, with parameters and metrics", async demo =>
        {
            await demo.Catalog.RunAsync("Weigh", async run =>
            {
                await run.StepAsync("filter", async step =>
                {
                    var table = await step.UseAsync<List<Penguin>>("penguins/table@production");
                    step.Output("heavy", table.FindAll(p => p.Mass > step.Parameter("above").AsNumber()));
                });
                await run.StepAsync("mean", async step => step.Metric("mass", (await step.InputAsync<List<Penguin>>("heavy")).Average(p => p.Mass!.Value)));
            }, new() { Parameters = { ["above"] = 4500 } });
            var run = (await demo.Catalog.Flow("Weigh").LatestSuccessfulAsync())!;
            demo.Print($"{run.Reference}: {run.Status}, mean mass {run.Metrics["mass"]:F0} g");
            await foreach (var task in run.TasksAsync())
                demo.Print($"{task.Reference} has read {string.Join(", ", task.Inputs.Select(i => i.Version is null ? i.Name : $"{i.Name}, version {i.Version}"))}");
        }),
        new("Load in a second process with the cairn command", async demo =>
        {
            await demo.CairnAsync("load", "penguins/model", "--store", $"{demo.Store.Root}");
            await demo.CairnAsync("show", "penguins/masses:1", "--store", $"{demo.Store.Root}");
            await demo.CairnAsync("asset", "diff", "penguins/table:1", "penguins/table:2", "--store", $"{demo.Store.Root}");
        }),
        new("Verify every byte", async demo =>
        {
            await foreach (var check in demo.Catalog.Repository.VerifyAllAsync())
                demo.Print($"{check.Digest.Hex[..12]}…  {check.Length,6} bytes  {check.Problem ?? "intact"}");
        }),
    ];
}
