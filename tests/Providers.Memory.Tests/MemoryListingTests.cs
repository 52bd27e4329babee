namespace Cairn.Providers.Memory.Tests;

public sealed class MemoryListingTests
{
    [Fact]
    public async Task A_listing_of_many_pages_goes_on_while_files_come_and_go()
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a");
        for (var i = 0; i < 2500; i++)
            await store.WriteTextAsync($"d/{i:d5}", "x", WriteMode.CreateNew);
        var seen = new List<string>();
        await foreach (var entry in store.ListAsync("d"))
        {
            if (seen.Count % 100 == 0)
            {
                await store.WriteTextAsync($"d/00000-{seen.Count}", "x", WriteMode.CreateNew);
                await store.RemoveAsync($"d/00000-{seen.Count}");
            }
            if (entry.Path.Name.Length == 5)
                seen.Add(entry.Path.Name);
        }
        seen.ShouldBe(Enumerable.Range(0, 2500).Select(i => $"{i:d5}"));
    }

    [Fact]
    public async Task Many_directories_are_listed_once_each_without_what_is_in_them()
    {
        await using var store = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a");
        for (var d = 0; d < 1200; d++)
        {
            for (var f = 0; f < 3; f++)
                await store.WriteTextAsync($"{d:d4}/{f}", "x", WriteMode.CreateNew);
        }
        var names = new List<string>();
        await foreach (var entry in store.ListAsync())
            names.Add(entry.OrderKey);
        names.ShouldBe(Enumerable.Range(0, 1200).Select(d => $"{d:d4}/"));
    }
}
