using Cairn;
using Cairn.Catalog;
using Cairn.Tests;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Campaigns;

/// <summary>The index is damaged while processes fill it. It is only ever a copy: afterwards it has what the chains say.</summary>
public sealed class IndexTests(ITestOutputHelper output)
{
    private static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    public static TheoryData<string> Damages => ["none", "deleted", "database alone deleted", "truncated", "flipped", "of another schema"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task After_a_synchronization_the_index_has_what_the_chains_say(string damage)
    {
        var random = Seeds.Next();
        await using var place = await TestPlace.CreateAsync("local");
        var campaign = await Campaign.BeginAsync(place);
        var folder = place.IndexFolder("shared");
        // Four processes with two appliers each share one index.
        await using var group = await ProcessGroup.StartAsync(
            Enumerable.Range(0, 4).Select(i => campaign.Plan($"i{i}", random.Next()) with { Workers = 2, Calls = Full ? 200 : 12, Lists = true }), folder);
        var damages = 0;
        var running = group.RunAsync();
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(random.Next(50, 400)));
            if (!running.IsCompleted && Damage(folder, damage, random))
                damages++;
        }
        List<Entry> entries = [.. campaign.Setup, .. await running];
        var ledger = await Ledger.ReadAsync(await place.OpenStoreAsync());
        ledger.Check(entries, campaign.Bases);

        // Two appliers at once again, then the comparison.
        await using (var other = await place.OpenAsync("shared"))
        {
            var catalog = await place.OpenAsync("shared");
            // A changed byte in a row of the index is not noticed; a build from the records removes it.
            await Task.WhenAll(damage == "flipped" ? catalog.RebuildAsync(fromRecords: true) : catalog.SyncAsync(full: true), other.SyncAsync());
            (await catalog.SyncAsync(full: true)).IsBehind.ShouldBeFalse();
            await ledger.CheckListsAsync(catalog.Assets);
            // A rename that is refused because its asset was deleted meanwhile leaves the name reserved.
            (await catalog.VerifyAsync().Where(f => !f.Reason.Contains("not finished", StringComparison.Ordinal)).ToListAsync()).ShouldBeEmpty();
        }
        output.WriteLine($"{damage}: {entries.Count} calls, {ledger.Records} records of assets, {damages} damages");
        if (damage != "none")
            damages.ShouldBeGreaterThan(0);
    }

    private static bool Damage(string folder, string damage, Random random)
    {
        if (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.db") is not [var file] || new FileInfo(file).Length == 0)
            return false;
        try
        {
            switch (damage)
            {
                case "deleted":
                    foreach (var each in Directory.GetFiles(folder))
                        File.Delete(each);
                    return true;
                case "database alone deleted":
                    File.Delete(file);
                    return true;
                case "truncated":
                    using (var stream = Open(file))
                        stream.SetLength(random.NextInt64(stream.Length));
                    return true;
                case "flipped":
                    using (var stream = Open(file))
                    {
                        stream.Position = random.NextInt64(stream.Length);
                        var value = stream.ReadByte();
                        stream.Position--;
                        stream.WriteByte((byte)(value ^ (1 << random.Next(8))));
                    }
                    return true;
                case "of another schema":
                    using (var stream = Open(file))
                        stream.Write("SQLite format 4\0"u8);
                    return true;
                default:
                    return false;
            }
        }
        catch (IOException) when (!File.Exists(file))
        {
            // A process has dropped it in the meantime.
            return false;
        }
    }

    private static FileStream Open(string file) => new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
}
