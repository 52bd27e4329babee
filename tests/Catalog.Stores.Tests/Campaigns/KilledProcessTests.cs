using Cairn;
using Cairn.Catalog;
using Cairn.Tests;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Campaigns;

/// <summary>A process that changes assets is killed at random moments, with SIGKILL.</summary>
public sealed class KilledProcessTests(ITestOutputHelper output)
{
    private const int RoundsPerStore = 10;

    [Fact]
    public async Task What_was_acknowledged_is_there_nothing_is_half_made_and_saving_goes_on()
    {
        var kills = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1000 : 20;
        var random = Seeds.Next();
        int acknowledged = 0, uncertain = 0, records = 0, staged = 0;
        for (var kill = 0; kill < kills;)
        {
            await using var place = await TestPlace.CreateAsync("local");
            var campaign = await Campaign.BeginAsync(place);
            var store = await place.OpenStoreAsync();
            List<Entry> entries = [.. campaign.Setup];
            for (var round = 0; round < RoundsPerStore && kill < kills; round++, kill++)
            {
                await using (var process = await WorkerProcess.StartAsync(campaign.Plan($"k{kill}", random.Next()) with { Workers = 2, IndexFolder = place.IndexFolder("killed") }))
                {
                    process.Begin();
                    await process.WaitForAsync(random.Next(15));
                    await Task.Delay(random.Next(60));
                    entries.AddRange(await process.KillAsync());
                }
                var ledger = await Ledger.ReadAsync(store);
                ledger.Check(entries, campaign.Bases);
                await ledger.CheckReadingAsync(campaign.Catalog.Assets, campaign.Bases);
                entries.Add(await campaign.CallAsync(new("u:setup", 100 + kill, Deed.Save, campaign.Plan("", 0).Assets[round % 3])));
                await foreach (var left in store.ListStagedAsync(TimeSpan.Zero))
                {
                    staged++;
                    await store.RemoveStagedAsync(left);
                }
            }
            acknowledged += entries.Count(e => !e.IsUncertain);
            uncertain += entries.Count(e => e.IsUncertain);
            records += (await Ledger.ReadAsync(store)).Records;
        }
        output.WriteLine($"{kills} kills: {acknowledged} acknowledged calls, {uncertain} cut off, {records} records of assets; {staged} cut uploads removed");
        acknowledged.ShouldBeGreaterThan(kills);
    }
}
