using System.Globalization;
using System.Text;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests concurrent writers and readers with separate stores: conditions hold, and every reader sees complete versions.</summary>
/// <remarks>The races between processes require a <see cref="StoreHarness.Address"/>; see <c>RaceTests.Processes.cs</c>.</remarks>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract partial class RaceTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private const int Writers = 8;

    private static int Rounds => Full ? 100 : 8;

    [Theory]
    [InlineData(100)]
    [InlineData(2_500_000)]
    public async Task Of_racing_CreateNew_writers_exactly_one_wins(int length)
    {
        NeedsMode(WriteModes.CreateNew);
        var stores = await OpenStoresAsync();
        for (var round = 0; round < RoundsFor(length); round++)
        {
            StorePath path = $"d/f{round}";
            var winner = Assert.Single(await RaceAsync(stores, i => (path, WriteMode.CreateNew, i, length), StoreErrorCode.AlreadyExists));
            await HoldsPatternAsync(path, length, winner);
        }
        await HoldsOnlyAsync([.. Enumerable.Range(0, RoundsFor(length)).Select(r => $"d/f{r}")]);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2_500_000)]
    public async Task Of_racing_Match_writers_on_one_version_exactly_one_wins(int length)
    {
        NeedsMode(WriteModes.Match);
        var stores = await OpenStoresAsync();
        var version = await PutAsync("f", Content(10));
        for (var round = 0; round < RoundsFor(length); round++)
        {
            var etag = version.ETag!;
            // No content is repeated: if an etag is a digest, equal content is the same version.
            var seed = round * Writers;
            var winner = Assert.Single(await RaceAsync(stores, i => ("f", WriteMode.Match(etag), seed + i, length), StoreErrorCode.PreconditionFailed));
            await HoldsPatternAsync("f", length, seed + winner);
            version = await Store.StatAsync("f", Cancel);
            Assert.NotEqual(etag, version.ETag);
        }
        await HoldsOnlyAsync("f");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(2_500_000)]
    public async Task Of_racing_Replace_writers_all_succeed_and_one_version_stays_whole(int length)
    {
        NeedsMode(WriteModes.Replace);
        var stores = await OpenStoresAsync();
        for (var round = 0; round < RoundsFor(length); round++)
        {
            var winners = await RaceAsync(stores, i => ("f", WriteMode.Replace, i, length + i), expected: null);
            Assert.Equal(Writers, winners.Count);
            await HoldsPatternAsync("f", await Store.GetLengthAsync("f", Cancel), (int)(await Store.GetLengthAsync("f", Cancel) - length));
        }
        await HoldsOnlyAsync("f");
    }

    [Fact]
    public async Task Of_writers_in_all_modes_one_version_stays_whole()
    {
        Needs(Can.WriteModes == WriteModes.All, "Not all write modes are declared; CapabilityTests asserts that the others are refused.");
        var stores = await OpenStoresAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var etag = (await PutAsync("f", Content(10, round))).ETag!;
            WriteMode[] modes = [WriteMode.CreateNew, WriteMode.Replace, WriteMode.Match(etag)];
            var results = await Task.WhenAll(stores.Select((store, i) => Task.Run(() => TryWriteAsync(store, "f", modes[i % 3], i, 1000 + i))));
            Assert.All(results.Index(), r => Assert.True(r.Index % 3 != 0 || r.Item == StoreErrorCode.AlreadyExists, "A file was created although one already existed."));
            Assert.True(results.Index().Count(r => r.Index % 3 == 2 && r.Item is null) <= 1, "Two writers replaced the same version.");
            var length = await Store.GetLengthAsync("f", Cancel);
            await HoldsPatternAsync("f", length, (int)length - 1000);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_racing_CreateNew_copies_or_moves_exactly_one_wins(bool move)
    {
        NeedsMode(WriteModes.CreateNew);
        Needs(!move || Can.Move != MoveKind.None, "The store does not move; MoveTests asserts that it reports this.");
        var stores = await OpenStoresAsync();
        for (var round = 0; round < CopyRounds; round++)
        {
            StorePath path = $"d/f{round}";
            var winner = Assert.Single(await RaceCopiesAsync(stores, path, WriteMode.CreateNew, move, StoreErrorCode.AlreadyExists));
            await HoldsPatternAsync(path, 100, winner);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_racing_Match_copies_or_moves_on_one_version_exactly_one_wins(bool move)
    {
        NeedsMode(WriteModes.Match);
        Needs(!move || Can.Move != MoveKind.None, "The store does not move; MoveTests asserts that it reports this.");
        var stores = await OpenStoresAsync();
        for (var round = 0; round < CopyRounds; round++)
        {
            var version = await PutAsync("f", Content(10, seed: 1000 + round));
            var winner = Assert.Single(await RaceCopiesAsync(stores, "f", WriteMode.Match(version.ETag!), move, StoreErrorCode.PreconditionFailed));
            await HoldsPatternAsync("f", 100, winner);
        }
    }

    [Fact]
    public async Task Counting_by_Match_loses_no_update()
    {
        NeedsMode(WriteModes.Match);
        var perWriter = Full ? 100 : 10;
        var stores = await OpenStoresAsync(4);
        await PutAsync("n", "0"u8.ToArray());
        await Task.WhenAll(stores.Select(store => Task.Run(async () =>
        {
            for (var done = 0; done < perWriter;)
            {
                try
                {
                    await using var read = await store.OpenReadAsync("n", cancellationToken: Cancel);
                    using var text = new StreamReader(read);
                    var n = int.Parse(await text.ReadToEndAsync(Cancel), CultureInfo.InvariantCulture);
                    await using var write = await store.OpenWriteAsync("n", WriteMode.Match(read.Info.ETag!), cancellationToken: Cancel);
                    await write.WriteAsync(Encoding.UTF8.GetBytes((n + 1).ToString(CultureInfo.InvariantCulture)), Cancel);
                    await write.CompleteAsync(Cancel);
                    done++;
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
                {
                    await Task.Yield();
                }
            }
        })));
        Assert.Equal((4 * perWriter).ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(await GetAsync("n")));
    }

    [Fact]
    public async Task Readers_among_writers_see_whole_versions_only()
    {
        NeedsMode(WriteModes.Replace);
        const int Base = 300_000;
        var stores = await OpenStoresAsync();
        await PutPatternAsync("f", Base, seed: 0);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var readers = stores.Take(4).Select(store => Task.Run(async () =>
        {
            var seen = 0;
            do
            {
                byte[] bytes;
                try
                {
                    bytes = await GetAsync(store, "f", new() { ReadAhead = 32 << 10 });
                }
                catch (StoreException e) when (e.Code == StoreErrorCode.PreconditionFailed)
                {
                    continue;
                }
                Assert.Equal(-1, Pattern.FirstDifference(bytes, bytes.Length - Base, 0));
                seen++;
            }
            while (!done.IsCancellationRequested || seen == 0);
        })).ToList();
        await Task.WhenAll(stores.Skip(4).Select((store, i) => Task.Run(async () =>
        {
            for (var round = 0; round < Rounds * 4; round++)
                Assert.Null(await TryWriteAsync(store, "f", WriteMode.Replace, (round * 4) + i, Base + (round * 4) + i));
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_listing_among_writers_shows_finished_files_alone()
    {
        Needs(Can.List, "Listing is not declared; CapabilityTests asserts that it is refused.");
        var stores = await OpenStoresAsync(4);
        await PutAsync("d/always", Content(10));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var lister = Task.Run(async () =>
        {
            do
            {
                foreach (var entry in await ListAsync("d"))
                    Assert.True(entry.Path.Name == "always" || (entry.Path.Name.StartsWith('w') && entry.Length == 70_000), $"The listing shows {entry}.");
                Assert.Contains(await ListAsync("d"), e => e.Path.Name == "always");
            }
            while (!done.IsCancellationRequested);
        });
        await Task.WhenAll(stores.Select((store, w) => Task.Run(async () =>
        {
            for (var i = 0; i < Rounds * 3; i++)
            {
                Assert.Null(await TryWriteAsync(store, $"d/w{w}-{i}", WriteMode.CreateNew, i, 70_000));
                if (i % 2 == 0)
                    Assert.True(await store.RemoveAsync($"d/w{w}-{i}", Cancel));
            }
        })));
        await done.CancelAsync();
        await lister;
    }

    [Fact]
    public async Task Writers_and_removers_in_one_directory_do_not_disturb_each_other()
    {
        NeedsMode(WriteModes.CreateNew);
        var stores = await OpenStoresAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(stores.Select((store, w) => Task.Run(async () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    StorePath path = $"deep/er/d/w{w}";
                    Assert.Null(await TryWriteAsync(store, path, WriteMode.CreateNew, w, 100));
                    Assert.True(await store.RemoveAsync(path, Cancel));
                }
            })));
        }
        await HoldsOnlyAsync();
        Assert.False(await Store.ExistsAsync("deep", Cancel));
    }

    [Fact]
    public async Task Callers_of_one_store_get_answers_about_their_own_files()
    {
        const int Files = 24;
        for (var i = 0; i < Files; i++)
            await PutAsync($"d/f{i}", Content(100 + i, i));
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Files).Select(i => Task.Run(
                async () =>
                {
                    Assert.Equal(100 + i, (await Store.StatAsync($"d/f{i}", Cancel)).Length);
                    Assert.Equal(Content(100 + i, i), await GetAsync($"d/f{i}"));
                },
                Cancel)));
        }
    }

    [Fact]
    public async Task Of_racing_removers_exactly_one_finds_the_file()
    {
        var stores = await OpenStoresAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await PutAsync("d/f", Content(10));
            var found = await Task.WhenAll(stores.Select(store => Task.Run(() => store.RemoveAsync("d/f", Cancel))));
            Assert.Single(found, f => f);
        }
    }

    private static async Task<StoreErrorCode?> TryWriteAsync(ArtifactStore store, StorePath path, WriteMode mode, int seed, int length)
    {
        try
        {
            await using var stream = await store.OpenWriteAsync(path, mode, cancellationToken: Cancel);
            await stream.WriteAsync(Pattern.Bytes(length, seed), Cancel);
            await stream.CompleteAsync(Cancel);
            return null;
        }
        catch (StoreException e) when (e.Code is StoreErrorCode.AlreadyExists or StoreErrorCode.PreconditionFailed)
        {
            return e.Code;
        }
    }

    /// <summary>Writes with all stores concurrently.</summary>
    /// <returns>The numbers of the writers that succeeded; all others failed with the expected code.</returns>
    private static async Task<List<int>> RaceAsync(
        List<ArtifactStore> stores, Func<int, (StorePath Path, WriteMode Mode, int Seed, int Length)> what, StoreErrorCode? expected)
    {
        var results = await AtOnceAsync(stores, (store, i) =>
        {
            var (path, mode, seed, length) = what(i);
            return TryWriteAsync(store, path, mode, seed, length);
        });
        Assert.All(results, code => Assert.True(code is null || code == expected, $"A loser failed with {code}."));
        return [.. results.Index().Where(r => r.Item is null).Select(r => r.Index)];
    }

    /// <summary>
    /// Copies or moves with all stores concurrently, each from a separate source to the same path; the sources are the patterns of their numbers.
    /// </summary>
    /// <returns>The numbers of the stores that succeeded; all others failed with the expected code and, for a move, kept their source.</returns>
    private async Task<List<int>> RaceCopiesAsync(List<ArtifactStore> stores, StorePath target, WriteMode mode, bool move, StoreErrorCode expected)
    {
        for (var i = 0; i < stores.Count; i++)
            await PutAsync($"sources/{i}", Content(100, i));
        var results = await AtOnceAsync(stores, async (store, i) =>
        {
            try
            {
                if (move)
                    await store.MoveAsync($"sources/{i}", target, mode, Cancel);
                else
                    await store.CopyAsync($"sources/{i}", target, mode, Cancel);
                return default(StoreErrorCode?);
            }
            catch (StoreException e) when (e.Code == expected)
            {
                return e.Code;
            }
        });
        foreach (var (i, code) in results.Index())
            Assert.True(await Store.ExistsAsync($"sources/{i}", Cancel) == !(move && code is null), move
                ? $"The source of {i} {(code is null ? "still exists" : "is missing")}." : $"The source of {i} is missing.");
        return [.. results.Index().Where(r => r.Item is null).Select(r => r.Index)];
    }

    /// <summary>Runs an action with each store on a separate thread, all started at the same moment.</summary>
    private static async Task<StoreErrorCode?[]> AtOnceAsync(List<ArtifactStore> stores, Func<ArtifactStore, int, Task<StoreErrorCode?>> act)
    {
        using var start = new Barrier(stores.Count);
        return await Task.WhenAll(stores.Select((store, i) => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Cancel);
                return act(store, i);
            },
            Cancel,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));
    }

    private static int CopyRounds => Full ? 100 : 6;

    private static int RoundsFor(int length) => length > 1_000_000 ? Math.Max(2, Rounds / 4) : Rounds;

    private void NeedsMode(WriteModes mode) => Needs((Can.WriteModes & mode) != 0, $"{mode} is not declared; CapabilityTests asserts that it is refused.");

    private async Task<List<ArtifactStore>> OpenStoresAsync(int count = Writers)
    {
        var stores = new List<ArtifactStore>();
        for (var i = 0; i < count; i++)
            stores.Add(await OpenStoreAsync());
        return stores;
    }
}
