using Cairn.Tests;
using Cairn.TestServers.Proxy;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Campaigns;

/// <summary>Processes of two users do random things to the same assets; a model in memory, by the rules of the format alone, tells whether all of it was legal.</summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] _faults = [FaultKind.DropResponse, FaultKind.Duplicate, FaultKind.Stall, FaultKind.ResetBeforeResponse, FaultKind.Status503];

    private static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    public static TheoryData<string> Flavors => ["local", "s3", "azure", "gcs"];

    public static TheoryData<string> Clouds => ["s3", "azure", "gcs"];

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Every_answer_fits_one_order_of_the_changes(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor);
        await RunAsync(place, place.Place, processes: 8, Full ? 400 : flavor == "local" ? 30 : 10);
    }

    /// <summary>Answers are lost, requests arrive twice, and the service stalls.</summary>
    [Theory]
    [MemberData(nameof(Clouds))]
    public async Task Every_answer_fits_one_order_of_the_changes_although_requests_fail(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor, new FaultProxyOptions { StallFor = TimeSpan.FromSeconds(3) });
        var calm = place.Place.With("endpoint", place.Place.Options["endpoint"].Replace(place.Proxy!.Endpoint.Authority, place.Proxy.Target.Authority, StringComparison.Ordinal));
        foreach (var kind in _faults)
            place.Proxy.Add(new FaultRule(kind, kind == FaultKind.Stall ? 0.005 : 0.02));
        await RunAsync(place, calm, processes: Full ? 8 : 2, Full ? 200 : 15, ("timeout", "2s"), ("retries", "1"));
        output.WriteLine($"seed {place.Proxy.Seed}: {place.Proxy.Counters}");
        place.Proxy.Counters.Faults.ShouldBeGreaterThan(0);
    }

    private async Task RunAsync(TestPlace place, Place calm, int processes, int calls, params (string Name, string Value)[] options)
    {
        var random = Seeds.Next();
        var campaign = await Campaign.BeginAsync(place, calm);
        var faulty = options.Aggregate(place.Place, (p, o) => p.With(o.Name, o.Value));
        await using var group = await ProcessGroup.StartAsync(
            Enumerable.Range(0, processes).Select(i => campaign.Plan($"m{i}", random.Next()) with { Place = faulty, Workers = 2, Calls = calls }), place.IndexFolder("ada"), place.IndexFolder("bob"));
        List<Entry> entries = [.. campaign.Setup, .. await group.RunAsync()];

        var ledger = await Ledger.ReadAsync(await place.OpenStoreAsync(calm));
        ledger.Check(entries, campaign.Bases);
        foreach (var user in (string[])["ada", "bob"])
        {
            var catalog = await place.OpenAsync(user, calm);
            await ledger.CheckReadingAsync(catalog.Assets, campaign.Bases);
            await catalog.SyncAsync(full: true);
            await ledger.CheckListsAsync(catalog.Assets);
        }
        entries.Add(await campaign.CallAsync(new("u:setup", 100, Deed.Save, "data")));
        var outcomes = entries.GroupBy(e => e.Answer!.Outcome).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}");
        output.WriteLine($"{place.Place.Flavor}: {entries.Count} calls ({string.Join(", ", outcomes)}), {ledger.Records} records of assets");
    }
}
