using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Campaigns;

/// <summary>Processes that race for one asset on a real store.</summary>
public sealed class RaceTests(ITestOutputHelper output)
{
    private const int Processes = 8;
    private const int WorkersOfProcess = 4;

    private static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    public static TheoryData<string> Flavors => ["local", "s3", "azure", "gcs"];

    /// <summary>The asset does not exist at the beginning, so its creation is part of the race.</summary>
    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Racing_processes_get_dense_numbers_and_lose_nothing(string flavor)
    {
        var calls = Full ? 10_000 / Processes / WorkersOfProcess + 1 : 8;
        await using var place = await TestPlace.CreateAsync(flavor);
        await using var group = await ProcessGroup.StartAsync(Enumerable.Range(0, Processes).Select(i => new WorkPlan(place.Place, $"p{i}")
        {
            Workers = WorkersOfProcess,
            Calls = calls,
            // In every other process the workers queue up; in the others they race with each other, too.
            IsShared = i % 2 == 0,
            Deeds = [Deed.Register],
            Assets = ["racing/model"],
        }), place.IndexFolder("racers"));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var entries = await group.RunAsync();
        var time = watch.Elapsed;

        var total = Processes * WorkersOfProcess * calls;
        entries.Count.ShouldBe(total);
        entries.ShouldAllBe(e => e.Answer!.Outcome == Answer.Changed);
        entries.Select(e => e.Answer!.Version).Order().ShouldBe(Enumerable.Range(1, total));
        var bases = new Dictionary<string, Guid> { ["racing/model"] = entries[0].Answer!.AssetId };
        var ledger = await Ledger.ReadAsync(await place.OpenStoreAsync());
        ledger.Records.ShouldBe(total);
        ledger.Check(entries, bases);
        await ledger.CheckReadingAsync((await place.OpenAsync()).Assets, bases);
        output.WriteLine($"{flavor}: {total} versions by {Processes} × {WorkersOfProcess} workers in {time.TotalSeconds:0.0} s");
    }
}
