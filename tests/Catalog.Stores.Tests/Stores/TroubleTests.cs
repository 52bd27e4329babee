using Cairn;
using Cairn.Catalog;
using Cairn.Tests;
using Catalog.Stores.Tests.Checking;
using Catalog.Stores.Tests.Places;

namespace Catalog.Stores.Tests.Stores;

/// <summary>Disks that are full, clocks that are set, and files where there should be none.</summary>
public sealed class TroubleTests
{
    [Fact]
    public async Task A_full_disk_is_an_error_and_nothing_is_half_made()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can mount the small disk that this needs.");
        await using var place = await TestPlace.CreateAsync("local");
        Directory.CreateDirectory(place.Folder);
        DeniedTests.Run("mount", "-t", "tmpfs", "-o", "size=1m", "none", place.Folder);
        try
        {
            var catalog = await place.OpenAsync();
            var saved = 0;
            var filler = new string('x', 4000);
            StoreException? error = null;
            while (error is null && saved < 1000)
            {
                try
                {
                    (await catalog.Assets.SaveAsync("x", $"{saved}", new() { Metadata = { ["filler"] = filler } })).Number.ShouldBe(++saved);
                }
                catch (StoreException e)
                {
                    error = e;
                }
            }
            error.ShouldNotBeNull();
            (error.Code, error.Reason).ShouldSatisfyAllConditions(e => e.Code.ShouldBe(StoreErrorCode.Unavailable), e => e.Reason.ShouldContain("full"));
            // The record that did not fit, and the copies of others, have left room again.
            try
            {
                await catalog.FlushAsync();
            }
            catch (StoreException e) when (e.Code == StoreErrorCode.Unavailable)
            {
                // The copies did not fit either.
            }
            Fill(Path.Join(place.Folder, "rest"));
            foreach (var change in (Func<Task>[])[() => catalog.Assets.SaveAsync("y", filler + filler), () => catalog.Assets.UpdateAsync("x:1", e => e.Describe(filler))])
                (await Should.ThrowAsync<StoreException>(change)).Code.ShouldBe(StoreErrorCode.Unavailable);
            saved.ShouldBeGreaterThan(5);
            (await catalog.Assets.HistoryAsync("x").CountAsync()).ShouldBe(saved);
            (await catalog.Assets.LoadAsync<string>($"x:{saved}")).ShouldBe($"{saved - 1}");
            var ledger = await Ledger.ReadAsync(await place.OpenStoreAsync());
            ledger.Records.ShouldBe(saved);

            // With room, the next save works and has the next number.
            DeniedTests.Run("mount", "-o", "remount,size=8m", place.Folder);
            (await catalog.Assets.SaveAsync("x", "with room")).Number.ShouldBe(saved + 1);
        }
        finally
        {
            DeniedTests.Run("umount", "-l", place.Folder);
        }
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        Should.Throw<IOException>(() =>
        {
            while (true)
                file.Write(new byte[4096]);
        });
    }

    /// <summary>Order comes from the chains; the times in records are only shown.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(30 * 24)]
    public async Task Clocks_that_are_set_change_no_order_and_lose_nothing(int hours)
    {
        await using var place = await TestPlace.CreateAsync("local");
        (MovableClock Clock, Cairn.Catalog.Catalog Catalog)[] machines = [await OpenAsync("ada"), await OpenAsync("bob"), await OpenAsync("eve")];
        machines[1].Clock.Advance(TimeSpan.FromHours(hours));
        machines[2].Clock.Advance(TimeSpan.FromHours(-hours));
        for (var i = 1; i <= 9; i++)
        {
            (await machines[i % 3].Catalog.Assets.SaveAsync("x", $"{i}", new() { Alias = "a" })).Number.ShouldBe(i);
            (await machines[(i + 1) % 3].Catalog.Assets.GetAsync("x@a")).Number.ShouldBe(i);
            if (i == 4)
                machines[0].Clock.Advance(TimeSpan.FromHours(hours));
            if (i == 6)
                machines[0].Clock.Advance(TimeSpan.FromHours(-2 * hours));
        }
        foreach (var (_, catalog) in machines)
        {
            await catalog.FlushAsync();
            (await catalog.Assets.HistoryAsync("x").Select(v => v.Number).ToListAsync()).ShouldBe([9, 8, 7, 6, 5, 4, 3, 2, 1]);
            (await catalog.Assets.AliasHistoryAsync("x", "a").Select(m => m.To).ToListAsync()).ShouldBe([9, 8, 7, 6, 5, 4, 3, 2, 1]);
        }
        // Every list has everything that was published, whatever the clocks of writer and reader say.
        foreach (var (_, catalog) in machines)
        {
            (await catalog.Assets.ListAsync().Select(a => (a.Name, a.Newest, a.Aliases["a"])).ToListAsync()).ShouldBe([("x", 9, 9)]);
            (await catalog.Assets.ListVersionsAsync().CountAsync()).ShouldBe(9);
            (await catalog.VerifyAsync().ToListAsync()).ShouldBeEmpty();
        }

        async Task<(MovableClock, Cairn.Catalog.Catalog)> OpenAsync(string user)
        {
            var clock = new MovableClock();
            return (clock, await place.OpenAsync(user, time: clock));
        }
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_next_record_is_an_error_and_not_a_hang()
    {
        await using var place = await TestPlace.CreateAsync("local");
        var assets = (await place.OpenAsync()).Assets;
        var first = await assets.SaveAsync("x", "1");
        Directory.CreateDirectory(Path.Join(place.Folder, "artifacts", "catalog", "assets", first.AssetId.ToString(), "00000002.json"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var error = await Should.ThrowAsync<StoreException>(() => assets.SaveAsync("x", "2", cancellationToken: limit.Token));
        error.Message.ShouldContain("00000002.json");
        (await assets.GetAsync("x:1")).Number.ShouldBe(1);
    }
}
