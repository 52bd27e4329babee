using System.Diagnostics;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers;
using Cairn.Providers.Local;
using Cairn.Tests.Drivers;
using Cairn.Tests.Workspaces;

namespace Cairn.Tests.Artifacts;

/// <summary>A process that saves is killed at random moments, with SIGKILL.</summary>
public sealed class KilledSaveTests(ITestOutputHelper output)
{
    public const string Child = "save";
    private const int RoundsPerStore = 20;

    [Fact]
    public async Task What_was_acknowledged_loads_nothing_torn_is_visible_and_saving_goes_on()
    {
        var kills = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1000 : 12;
        var random = Seeds.Next();
        int acknowledged = 0, unacknowledged = 0, staged = 0, cut = 0;
        for (var seed = 0; seed < kills;)
        {
            using var folder = new TempFolder();
            await using var store = await OpenAsync(folder["store"]);
            for (var round = 0; round < RoundsPerStore && seed < kills; round++, seed++)
            {
                var said = await SaveAndKillAsync(folder["store"], seed, random.Next(10), random.Next(50));
                var repository = new ArtifactRepository(store, new MaterializerRegistry().Add(new BundleMaterializer()));
                foreach (var (number, digest) in said)
                {
                    (await repository.LoadAsync<Bundle>(digest)).ShouldEqual(Content(seed, number));
                    acknowledged++;
                }
                // Whatever else is visible is whole too: blobs are theirs, and what manifests name is there.
                if (said.Count > 0 || await repository.Store.IsDirectoryAsync("blobs"))
                    (await repository.VerifyAllAsync().Where(c => !c.IsIntact).Select(c => $"{c.Path}: {c.Problem}").ToListAsync()).ShouldBeEmpty($"seed {seed}");

                // The save that was cut off, and the one before, are saved again.
                for (var number = Math.Max(0, said.Count - 1); number <= said.Count; number++)
                {
                    var again = await repository.SaveAsync(Content(seed, number), Options(number));
                    (await repository.LoadAsync<Bundle>(again.Digest)).ShouldEqual(Content(seed, number));
                }
                unacknowledged++;
                await foreach (var left in store.ListStagedAsync(TimeSpan.Zero))
                {
                    cut++;
                    await store.RemoveStagedAsync(left);
                }
                staged += await repository.CleanStagingAsync(TimeSpan.Zero).CountAsync();
                (await repository.Store.ListAsync("staging").CountAsync()).ShouldBe(0);
            }
        }
        output.WriteLine($"{kills} kills, {acknowledged} acknowledged artifacts, all whole; {unacknowledged} saves begun anew; {staged} files left in staging/ and {cut} cut uploads, all removed");
        acknowledged.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Cleaning_removes_what_is_old_in_a_store_of_artifacts_and_nothing_else()
    {
        await using var stage = await Stage.OpenAsync(local: true);
        var mine = $"staging/{Guid.NewGuid():N}";
        await stage.Store.WriteTextAsync(mine, "x", WriteMode.CreateNew);
        (await stage.Repository.CleanStagingAsync(TimeSpan.Zero).CountAsync()).ShouldBe(0, "the folder is not marked as a repository");
        await stage.Repository.SaveAsync(Bundle.Of(("a", [1])));
        await stage.Store.WriteTextAsync("staging/readme", "x", WriteMode.CreateNew);
        (await stage.Repository.CleanStagingAsync(TimeSpan.FromHours(1)).CountAsync()).ShouldBe(0);
        (await stage.Repository.CleanStagingAsync(TimeSpan.Zero, dryRun: true).Select(f => f.Path.Value).ToListAsync()).ShouldBe([mine]);
        (await stage.Repository.CleanStagingAsync(TimeSpan.Zero).Select(f => f.Path.Value).ToListAsync()).ShouldBe([mine]);
        (await stage.Store.ListAsync("staging").Select(f => f.Path.Value).ToListAsync()).ShouldBe(["staging/readme"]);
    }

    /// <summary>The child: saves small, large and chunked artifacts one after the other, and says of each when it is saved.</summary>
    internal static async Task<int> SaveUntilKilledAsync(string root, int seed)
    {
        await using var store = await OpenAsync(root);
        await using var told = Console.OpenStandardOutput();
        var repository = new ArtifactRepository(store, new MaterializerRegistry().Add(new BundleMaterializer()));
        for (var number = 0; ; number++)
        {
            var content = Content(seed, number);
            if (number == 0)
                await told.WriteAsync("begun\n"u8.ToArray());
            var saved = await repository.SaveAsync(content, Options(number));
            await told.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{number} {saved}\n"));
        }
    }

    private static SaveOptions Options(int number) => new() { Chunked = number % 4 == 3 };

    private static Bundle Content(int seed, int number) => (number % 4) switch
    {
        0 => Bundle.Of(("tiny", Bytes.Of(500, seed * 1000 + number))),
        1 => Bundle.Of(("small", Bytes.Of(20_000, seed * 1000 + number)), ("large", Bytes.Of(900_000, seed * 1000 + number))),
        2 => Bundle.Of([.. Enumerable.Range(0, 12).Select(i => ($"f{i}", Bytes.Of(6000, seed * 1000 + number + i)))]),
        _ => Bundle.Of(("near", [.. Bytes.Of(1_200_000, seed), .. Bytes.Of(300_000, number)])),
    };

    /// <summary>Without flushes: what a kill leaves does not depend on them, and there are more saves to be killed in.</summary>
    private static async Task<ArtifactStore> OpenAsync(string root) =>
        await ArtifactStore.OpenAsync(new LocalProvider(), StoreUri.FromLocalPath(root), new Dictionary<string, string> { ["durability"] = "none" });

    private static async Task<List<(int Number, BlobDigest Digest)>> SaveAndKillAsync(string root, int seed, int saves, int milliseconds)
    {
        var self = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [typeof(KilledSaveTests).Assembly.Location] : [];
        var start = new ProcessStartInfo(self, [.. program, Program.ChildArgument, Child, root, $"{seed}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var child = Process.Start(start)!;
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("begun", await SaidAsync());
        var said = new List<(int, BlobDigest)>();
        while (said.Count < saves && await child.StandardOutput.ReadLineAsync() is { } line)
            Take(line);
        await Task.Delay(milliseconds);
        child.Kill();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
            Take(line);
        await child.WaitForExitAsync();
        child.ExitCode.ShouldBe(137, "it was killed, and did not end by itself");
        return said;

        // The last line may be cut.
        void Take(string line)
        {
            if (line.Split(' ') is [var number, { Length: 71 } digest])
                said.Add((int.Parse(number), BlobDigest.Parse(digest)));
        }

        async Task<string> SaidAsync() => child.HasExited ? await child.StandardError.ReadToEndAsync() : "";
    }
}
