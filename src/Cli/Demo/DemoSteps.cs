using System.Diagnostics.CodeAnalysis;

namespace Cairn.Cli.Demo;

/// <summary>The steps of the demo, in order. Each builds on the ones before.</summary>
[SuppressMessage("Reliability", "CA2007", Justification = "The demo prints its own source as a program would write it.")]
[SuppressMessage("Reliability", "CA2016", Justification = "The demo prints its own source as a program would write it; the whole demo is cancelled between steps.")]
internal static class DemoSteps
{
    public static IReadOnlyList<DemoStep> All { get; } =
    [
        new("Make a workspace, and register a second store in it", async demo =>
        {
            (demo.Workspace, _) = await Workspace.InitializeAsync(demo.Folder, demo.Flavors);
            var root = ArtifactUri.FromLocalPath(Path.Join(demo.Folder, "second"));
            await demo.Workspace.RegisterAsync(new RegisteredStore("second", "local", root));
            foreach (var store in demo.Workspace.Read().Stores)
                demo.Print($"{store.Name}: {store.Flavor} at {store.Root}");
        }),
        new("Open both", async demo =>
        {
            demo.Store = await demo.Workspace.OpenStoreAsync("default");
            demo.Second = await demo.Workspace.OpenStoreAsync("second");
        }),
        new("Write real files: public data, by a parallel upload", async demo =>
        {
            var uploaded = await demo.Store.UploadDirectoryAsync(demo.Data, "raw");
            demo.Print($"{uploaded.Files} files, {uploaded.Bytes} bytes");
        }),
        new("List, in one order on every store", async demo =>
        {
            await foreach (var file in demo.Store.ListAsync("raw"))
                demo.Print($"{file.Path}  {file.Length} bytes");
        }),
        new("Find by a pattern, and read lines as they stream", async demo =>
        {
            await foreach (var file in demo.Store.GlobAsync("**/*.csv"))
            {
                var (days, rainy) = (0, 0);
                await foreach (var line in demo.Store.ReadLinesAsync(file.Path))
                    (days, rainy) = (days + 1, rainy + (line.EndsWith(",rain", StringComparison.Ordinal) ? 1 : 0));
                demo.Print($"{file.Path}: {rainy} of {days - 1} days in Seattle were rainy");
            }
        }),
        new("Read typed JSON, compute, and write the result; CreateNew never overwrites", async demo =>
        {
            var penguins = await demo.Store.ReadJsonAsync("raw/penguins.json", DemoJson.Default.PenguinArray);
            var summary = penguins!.GroupBy(p => p.Species).Select(g => new SpeciesSummary(g.Key, g.Count(), Math.Round(g.Average(p => p.Mass) ?? 0))).ToArray();
            await demo.Store.WriteJsonAsync("results/species.json", summary, WriteMode.CreateNew, DemoJson.Default.SpeciesSummaryArray);
            try
            {
                await demo.Store.WriteTextAsync("results/species.json", "something else", WriteMode.CreateNew);
            }
            catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.AlreadyExists)
            {
                demo.Print($"the second write was refused: {e.Code}");
            }
            demo.Print(await demo.Store.ReadTextAsync("results/species.json"));
        }),
        new("Only the one who knows the current version may replace it", async demo =>
        {
            var first = await demo.Store.WriteTextAsync("results/notes.txt", "draft", WriteMode.CreateNew);
            await demo.Store.WriteTextAsync("results/notes.txt", "final", WriteMode.Match(first.ETag!));
            try
            {
                await demo.Store.WriteTextAsync("results/notes.txt", "late", WriteMode.Match(first.ETag!));
            }
            catch (ArtifactStoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
            {
                demo.Print($"the late writer was refused: {e.Code}; it reads '{await demo.Store.ReadTextAsync("results/notes.txt")}'");
            }
        }),
        new("A write that is not completed leaves nothing", async demo =>
        {
            await using (var stream = await demo.Store.OpenWriteAsync("results/half.bin", WriteMode.CreateNew))
                await stream.WriteAsync(new byte[1 << 20]);
            demo.Print($"results/half.bin exists: {await demo.Store.ExistsAsync("results/half.bin")}");
        }),
        new("Read a range", async demo =>
        {
            var options = new OpenReadOptions { Range = new ByteRange(0, 49) };
            await using var header = await demo.Store.OpenReadAsync("raw/seattle-weather.csv", options);
            demo.Print(await new StreamReader(header).ReadToEndAsync());
        }),
        new("Copy within a store, and to another", async demo =>
        {
            await demo.Store.CopyAsync("raw/penguins.json", "copies/penguins.json", WriteMode.CreateNew);
            var copied = await demo.Store.CopyTreeToAsync("raw", demo.Second, "mirror");
            demo.Print($"{copied.Files} files, {copied.Bytes} bytes in {demo.Second.Root}");
        }),
        new("Move a folder", async demo =>
        {
            var moved = await demo.Store.MoveAsync("results", "published", WriteMode.CreateNew);
            demo.Print($"{moved.Path}/ is there: {await demo.Store.IsDirectoryAsync("published")}; results/ is there: {await demo.Store.IsDirectoryAsync("results")}");
        }),
        new("Verify: the copy in the second store has the digest of the first", async demo =>
        {
            await using var original = await demo.Store.OpenReadAsync("raw/penguins.json");
            var digest = Checksum.FromBytes(Checksum.Sha256, await System.Security.Cryptography.SHA256.HashDataAsync(original));
            var options = new OpenReadOptions { ExpectedChecksum = digest };
            await using var copy = await demo.Second.OpenReadAsync("mirror/penguins.json", options);
            await copy.CopyToAsync(Stream.Null);
            demo.Print($"{digest}: verified while it was read");
        }),
        new("Remove a tree", async demo =>
        {
            var removed = await demo.Second.RemoveTreeAsync("mirror");
            demo.Print($"{removed} files removed; {await demo.Second.ListAsync().CountAsync()} left");
        }),
    ];
}
