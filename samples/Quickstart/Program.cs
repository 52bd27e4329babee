using Cairn;
using Cairn.Providers.Local;

await using var store = await ArtifactStore.OpenAsync(new LocalProvider(), "file:///tmp/cairn-quickstart");

await store.WriteTextAsync("notes/first.txt", "Hello, Cairn.", WriteMode.Replace);
await store.WriteJsonAsync($"runs/{Guid.CreateVersion7()}.json", new { Accuracy = 0.93 }, WriteMode.CreateNew);

await foreach (var file in store.GlobAsync("**/*.txt"))
    Console.WriteLine($"{file.Path}  {file.Length} bytes: {await store.ReadTextAsync(file.Path)}");
