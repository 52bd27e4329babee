using Cairn;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Local;

await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), "file:///tmp/cairn-quickstart");

await store.WriteTextAsync("notes/first.txt", "Hello, Cairn.", WriteMode.Replace);
await store.WriteJsonAsync($"runs/{Guid.CreateVersion7()}.json", new { Accuracy = 0.93 }, WriteMode.CreateNew);

await foreach (var file in store.GlobAsync("**/*.txt"))
    Console.WriteLine($"{file.Path}  {file.Length} bytes: {await store.ReadTextAsync(file.Path)}");

// Typed objects: content-addressed, so that equal ones are stored once, and verified whenever they are read.
var artifacts = new ArtifactRepository(store, MaterializerRegistry.CreateDefault());
var saved = await artifacts.SaveAsync(new[] { 0.25, 0.5, 1.0 });
Console.WriteLine($"{(await artifacts.LoadAsync<double[]>(saved.Digest)).Length} numbers, as NumPy reads them");
