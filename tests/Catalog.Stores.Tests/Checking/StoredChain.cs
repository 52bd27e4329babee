using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cairn;
using Cairn.Artifacts;

namespace Catalog.Stores.Tests.Checking;

/// <summary>A chain as it is stored, read with nothing of the catalog's own code.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Records">Its records, the first one first.</param>
internal sealed record StoredChain(StorePath Folder, IReadOnlyList<JsonObject> Records)
{
    public string Subject => Folder.Name;

    /// <summary>Reads all chains of a store. Fails if a file is not a whole record, numbers are missing, or a link does not match.</summary>
    public static async Task<(List<StoredChain> Assets, List<StoredChain> Names)> ReadAllAsync(ArtifactStore store)
    {
        store = store.Under(ArtifactRepository.DefaultFolder);
        var files = new SortedDictionary<string, StorePath>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync("catalog", new() { Recursive = true }))
        {
            if (entry.IsFile)
                files.Add(entry.Path.Value, entry.Path);
        }
        files.Remove("catalog/format.json").ShouldBeTrue();
        var contents = new Dictionary<string, byte[]>();
        await Parallel.ForEachAsync(files.Values, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (path, stopping) =>
        {
            var content = await store.ReadBytesAsync(path, stopping);
            lock (contents)
                contents.Add(path.Value, content);
        });
        List<StoredChain> assets = [], names = [];
        var ids = new HashSet<string>();
        foreach (var group in files.Values.Where(p => !p.IsUnder("catalog/feed") && !p.IsUnder("catalog/checkpoints")).GroupBy(p => p.Parent))
        {
            List<JsonObject> records = [];
            string? previous = null;
            foreach (var path in group)
            {
                path.Name.ShouldBe($"{(records.Count + 1).ToString("D8", CultureInfo.InvariantCulture)}.json", $"{path}: the numbers are not dense");
                var content = contents[path.Value];
                var record = JsonNode.Parse(content).ShouldBeOfType<JsonObject>(path.Value);
                ((int)record["seq"]!).ShouldBe(records.Count + 1, path.Value);
                ((string?)record["prev"]).ShouldBe(previous, path.Value);
                ids.Add((string)record["id"]!).ShouldBeTrue($"{path}: its id is another record's");
                previous = Convert.ToHexStringLower(SHA256.HashData(content));
                records.Add(record);
            }
            var list = group.Key.Parent.Value switch { "catalog/assets" => assets, "catalog/names/asset" => names, _ => throw new InvalidOperationException($"{group.Key} is not a chain") };
            ((string)records[0][list == assets ? "asset" : "kind"]!).ShouldBe(list == assets ? group.Key.Name : "name", group.Key.Value);
            list.Add(new(group.Key, records));
        }
        return (assets, names);
    }
}
