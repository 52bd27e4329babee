using Cairn;
using Cairn.Catalog;
using Cairn.Providers.Local;

await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), "file:///tmp/cairn-quickstart");

await store.WriteTextAsync("notes/first.txt", "Hello, Cairn.", WriteMode.Replace);
await store.WriteJsonAsync($"runs/{Guid.CreateVersion7()}.json", new { Accuracy = 0.93 }, WriteMode.CreateNew);

await foreach (var file in store.GlobAsync("**/*.txt"))
    Console.WriteLine($"{file.Path}  {file.Length} bytes: {await store.ReadTextAsync(file.Path)}");

// Typed objects with names and versions: equal content makes no new version, and every read is verified.
await using var catalog = await Catalog.OpenAsync(store);
var saved = await catalog.Assets.SaveAsync("models/weights", new[] { 0.25, 0.5, 1.0 }, new() { Metadata = { ["accuracy"] = 0.93 } });
await catalog.Assets.MoveAliasAsync("models/weights", "production", saved.Number, why: "the first model");
var weights = await catalog.Assets.LoadAsync<double[]>("models/weights@production");
Console.WriteLine($"{saved}: {weights.Length} numbers, as NumPy reads them");
