using Cairn;
using Cairn.Catalog;
using Cairn.Providers.Memory;

namespace Catalog.Tests.Exploring;

/// <summary>Runs every interleaving of the requests of a few machines, each with a death before any request if asked for.</summary>
/// <remarks>
/// Runs that reach a state which another run was in are cut off. A read of a record that exists gives the same answer at any moment, and so does the question whether it exists, since records
/// never change. It is made at once, and nothing else is tried before it.
/// A death before a read leaves what a death after the last write leaves, so parties die before writes alone.
/// </remarks>
internal static class Explorer
{
    /// <summary>Explores a scenario.</summary>
    /// <param name="setup">What happened before the parties begin.</param>
    /// <param name="parties">The work of each party.</param>
    /// <param name="check">Checks the end of a run: the catalog, and what each party got; null for a dead one.</param>
    /// <param name="deaths">How many parties may die in a run.</param>
    /// <returns>How many different ends there were.</returns>
    public static async Task<int> RunAsync(
        Func<AssetCollection, Task> setup, Func<AssetCollection, Task<object?>>[] parties, Func<Ended, Task> check, int deaths)
    {
        var (seen, ends) = (new HashSet<string>(), 0);
        var prefixes = new Stack<int[]>();
        prefixes.Push([]);
        while (prefixes.TryPop(out var prefix))
        {
            var world = await World.OpenAsync(setup, parties);
            var schedule = new List<int>();
            while (true)
            {
                var options = world.Options(deaths);
                if (schedule.Count >= prefix.Length)
                {
                    if (!seen.Add(world.State))
                        break;
                    if (options.Count == 0)
                    {
                        ends++;
                        try
                        {
                            await check(new(world.Assets, world.Store, [.. world.Parties.Select(p => p.IsDead ? null : p.Work!.Result)]));
                        }
                        catch (Exception e)
                        {
                            throw new InvalidOperationException($"After the schedule {string.Join(' ', schedule.Select(c => c < 0 ? $"†{~c}" : $"{c}"))}: {e.Message}", e);
                        }
                        break;
                    }
                    foreach (var other in options.Skip(1))
                        prefixes.Push([.. schedule, other]);
                }
                var choice = schedule.Count < prefix.Length ? prefix[schedule.Count] : options[0];
                schedule.Add(choice);
                await world.StepAsync(choice);
            }
            await world.EndAsync();
        }
        return ends;
    }

    /// <summary>The end of a run.</summary>
    public sealed record Ended(AssetCollection Assets, ArtifactStore Store, object?[] Results);

    private sealed class World
    {
        private readonly Dictionary<string, string> _files = [];

        public List<Party> Parties { get; } = [];

        public AssetCollection Assets { get; private set; } = null!;

        public ArtifactStore Store { get; private set; } = null!;

        public string State => string.Join(';', Parties.Select(p => p.Knows)) + "#" + string.Join(';', _files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Key + "=" + f.Value));

        public static async Task<World> OpenAsync(Func<AssetCollection, Task> setup, Func<AssetCollection, Task<object?>>[] works)
        {
            var world = new World();
            var provider = new MemoryProvider();
            var observer = await Party.OpenAsync(provider, 100, world._files);
            (world.Assets, world.Store) = (observer.Assets, observer.Store);
            await setup(world.Assets);
            for (var i = 0; i < works.Length; i++)
                world.Parties.Add(await Party.OpenAsync(provider, i, world._files));
            foreach (var (party, work) in world.Parties.Zip(works))
                await party.BeginAsync(work);
            await world.SettleAsync();
            return world;
        }

        public async Task StepAsync(int choice)
        {
            await (choice < 0 ? Parties[~choice].DieAsync() : Parties[choice].StepAsync());
            await SettleAsync();
        }

        /// <summary>The choices: a party that goes on, or (as a complement) one that dies.</summary>
        public List<int> Options(int deaths)
        {
            var running = Enumerable.Range(0, Parties.Count).Where(i => Parties[i].CanStep).ToList();
            return [.. running, .. Parties.Count(p => p.IsDead) < deaths ? running.Where(i => Parties[i].Next.Verb == "write").Select(i => ~i) : []];
        }

        private async Task SettleAsync()
        {
            foreach (var party in Parties)
            {
                while (party.CanStep && party.Next.Verb is "read" or "stat" && _files.ContainsKey(party.Next.Path))
                    await party.StepAsync();
            }
        }

        public async Task EndAsync()
        {
            foreach (var party in Parties.Where(p => p.CanStep))
                await party.DieAsync();
        }
    }
}
