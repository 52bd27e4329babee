using Cairn.Catalog;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;
using Catalog.Stores.Tests.Work;

namespace Catalog.Stores.Tests.Campaigns;

/// <summary>Two or three processes make calls that exclude each other at the same moment, many times.</summary>
public sealed class MeetingTests(ITestOutputHelper output)
{
    public static TheoryData<string> Flavors => ["local", "s3", "azure", "gcs"];

    private static int Rounds => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 300 : 12;

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Calls_that_meet_happen_one_after_the_other(string flavor)
    {
        await using var place = await TestPlace.CreateAsync(flavor);
        var setup = (await place.OpenAsync("setup")).Assets;
        CallingProcess[] processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => CallingProcess.StartAsync(place.Place, $"u:m{i}", place.IndexFolder("callers"))));
        try
        {
            var number = 0;
            var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
            for (var round = 0; round < Rounds; round++)
            {
                await TwoMovesAsync($"moves/{round}");
                await DeletionAsync($"deletions/{round}");
                await RenameAsync($"renames/{round}");
                await ReleaseAsync($"releases/{round}");
            }
            await Ledger.ReadAsync(await place.OpenStoreAsync());
            output.WriteLine($"{flavor}, {Rounds} rounds: {string.Join("; ", tally.Select(t => $"{t.Value} × {t.Key}"))}");

            async Task TwoMovesAsync(string x)
            {
                await SaveAsync(x, 3);
                await setup.MoveAliasAsync(x, "a", 1);
                var answers = await MeetAsync("moves", new Operation("u:m0", ++number, Deed.Move, x) { Alias = "a", Version = 2, From = 1 }, new Operation("u:m1", ++number, Deed.Move, x) { Alias = "a", Version = 3, From = 1 });
                answers.Count(a => a.Outcome == Answer.Changed).ShouldBe(1);
                answers.Count(a => a.Outcome == Answer.Refused).ShouldBe(1);
                (await setup.GetAssetAsync(x)).Aliases["a"].ShouldBe(answers[0].Outcome == Answer.Changed ? 2 : 3);
                (await setup.AliasHistoryAsync(x, "a").CountAsync()).ShouldBe(2);
            }

            async Task DeletionAsync(string x)
            {
                await SaveAsync(x, 2);
                var answers = await MeetAsync("deletion, move", new Operation("u:m0", ++number, Deed.Delete, x) { Version = 1 }, new Operation("u:m1", ++number, Deed.Move, x) { Alias = "a", Version = 1 });
                answers.Count(a => a.Outcome == Answer.Changed).ShouldBe(1);
                var asset = await setup.GetAssetAsync(x);
                asset.Aliases.ContainsKey("a").ShouldBe(answers[1].Outcome == Answer.Changed);
                asset.Count.ShouldBe(answers[0].Outcome == Answer.Changed ? 1 : 2);
            }

            async Task RenameAsync(string x)
            {
                var id = await SaveAsync(x, 1);
                var answers = await MeetAsync("rename, save of the old name, save of the new one",
                    new Operation("u:m0", ++number, Deed.Rename, x) { Name = x + "-new" }, new Operation("u:m1", ++number, Deed.Save, x), new Operation("u:m2", ++number, Deed.Save, x + "-new"));
                answers[1].Outcome.ShouldBe(Answer.Changed);
                answers[2].Outcome.ShouldBe(Answer.Changed);
                (await setup.GetAssetAsync(x)).Id.ShouldBe(id);
                answers[1].AssetId.ShouldBe(id);
                // The new name is the renamed asset's, or it was there before the rename. A save that comes across the rename finishes it.
                string[] possible = answers[2].AssetId == id ? [Answer.Changed, Answer.Unchanged] : [Answer.Taken];
                answers[0].Outcome.ShouldBeOneOf(possible);
                (await setup.GetAssetAsync(x + "-new")).Id.ShouldBe(answers[2].AssetId);
            }

            async Task ReleaseAsync(string x)
            {
                var id = await SaveAsync(x, 1);
                await setup.RenameAsync(x, x + "-new");
                var answers = await MeetAsync("release, rename back, save",
                    new Operation("u:m0", ++number, Deed.Release, x + "-new") { Name = x }, new Operation("u:m1", ++number, Deed.Rename, x + "-new") { Name = x }, new Operation("u:m2", ++number, Deed.Save, x));
                answers[2].Outcome.ShouldBe(Answer.Changed);
                var owner = (await setup.GetAssetAsync(x)).Id;
                owner.ShouldBeOneOf(id, answers[2].AssetId);
                if (answers[1].Outcome is Answer.Changed or Answer.Unchanged)
                    owner.ShouldBe(id);
                if (answers[0].Outcome == Answer.Changed && answers[1].Outcome == Answer.Taken)
                    (owner, answers[2].Version).ShouldBeOneOf((answers[2].AssetId, 1), (answers[2].AssetId, 2));
                (await setup.GetAssetAsync(x + "-new")).Id.ShouldBe(id);
            }

            async Task<Guid> SaveAsync(string name, int versions)
            {
                Guid id = default;
                for (var i = 1; i <= versions; i++)
                    id = (await setup.SaveAsync(name, $"{i}")).AssetId;
                return id;
            }

            async Task<Answer[]> MeetAsync(string what, params Operation[] operations)
            {
                var answers = await Task.WhenAll(operations.Select((o, i) => processes[i].CallAsync(o)));
                var key = $"{what}: {string.Join(", ", answers.Select(a => a.Outcome))}";
                tally[key] = tally.GetValueOrDefault(key) + 1;
                return answers;
            }
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }
    }
}
