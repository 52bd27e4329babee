using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Cairn.Tests;

namespace Cairn.Providers.Local.Tests;

public sealed class KilledWriterTests(ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Kills a writing process at random moments; each time all that it said was complete must be there whole, and nothing else must be visible.</summary>
    [Fact]
    public async Task What_was_acknowledged_is_whole_and_nothing_partial_is_visible()
    {
        var kills = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1000 : 30;
        await using var store = new LocalTestStore();
        var random = Seeds.Next();
        var expected = new Dictionary<string, string>();
        int files = 0, leftovers = 0;
        for (var seed = 0; seed < kills; seed++)
        {
            var lines = await WriteAndKillAsync(store.RootPath, seed, random.Next(200));
            string? maybePath = null, maybe = null;
            foreach (var line in lines)
            {
                if (line == "done")
                {
                    expected[maybePath!] = maybe!;
                    (maybePath, maybe) = (null, null);
                    files++;
                }
                else if (line.Split(' ') is ["begin", var path, var length, { Length: 64 } digest])
                    (maybePath, maybe) = (path, $"{length} {digest}");
            }
            var found = await ReadAllAsync(store);
            // The write under way when the kill came may have been published without having been acknowledged.
            if (maybePath is not null && found.GetValueOrDefault(maybePath) == maybe)
                expected[maybePath] = maybe!;
            found.OrderBy(f => f.Key, StringComparer.Ordinal).ShouldBe(expected.OrderBy(f => f.Key, StringComparer.Ordinal), $"seed {seed}");
            foreach (var staged in await store.StagedAsync())
            {
                leftovers++;
                await store.Driver.RemoveStagedAsync(staged, Cancel);
            }
            (await store.StagedAsync()).ShouldBeEmpty();
            store.RealNames().Where(n => n.Contains(LocalPaths.StagedPrefix, StringComparison.Ordinal)).ShouldBeEmpty();
        }
        files.ShouldBeGreaterThan(kills);
        output.WriteLine($"{kills} kills, {files} acknowledged files, all whole; {leftovers} leftovers, recognised and removed");
    }

    [Fact]
    public async Task Leftovers_of_the_dead_go_after_their_age_and_those_of_the_living_stay()
    {
        await using var store = new LocalTestStore(new LocalOptions { StagedAge = TimeSpan.FromHours(1) });
        await store.PutAsync("d/file", "x");
        var old = store.Real($"d/{LocalPaths.StagedPrefix}0123456789abcdef-gone");
        var young = store.Real($"d/{LocalPaths.StagedPrefix}0123456789abcdee-gone");
        File.WriteAllText(old, "dead");
        File.WriteAllText(young, "dead");
        await using var living = await store.Driver.BeginUploadAsync(new UploadRequest("d/living", WriteMode.CreateNew), Cancel);
        await living.WritePartAsync(new UploadPart(0, 0, new byte[10]), Cancel);
        var alive = store.RealNames().Single(n => n.EndsWith("-living", StringComparison.Ordinal));
        foreach (var staged in new[] { old, store.Real(alive) })
            File.SetLastWriteTimeUtc(staged, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await store.StagedAsync()).Select(s => s.Path?.Value).Order().ShouldBe(["d/gone", "d/gone", "d/living"]);

        (await store.KeysAsync()).ShouldBe(["d/", "d/file"]);

        File.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
        await living.CompleteAsync(new UploadPart(1, 10, new byte[1]), Cancel);
        (await store.KeysAsync()).ShouldBe(["d/", "d/file", "d/living"]);
    }

    [Fact]
    public async Task A_directory_is_removed_with_the_leftovers_in_it_and_not_under_a_living_writer()
    {
        await using var store = new LocalTestStore();
        await store.Driver.MakeDirectoryAsync("d", Cancel);
        File.WriteAllText(store.Real($"d/{LocalPaths.StagedPrefix}0123456789abcdef-gone"), "dead");
        (await store.DeleteAsync("d", EntryKind.Directory)).Outcome.ShouldBe(DeleteOutcome.Deleted);

        await store.Driver.MakeDirectoryAsync("d", Cancel);
        await using var living = await store.Driver.BeginUploadAsync(new UploadRequest("d/living", WriteMode.CreateNew), Cancel);
        await living.WritePartAsync(new UploadPart(0, 0, new byte[10]), Cancel);
        var refused = await store.DeleteAsync("d", EntryKind.Directory);
        refused.Error!.Message.ShouldContain("in progress");
        await living.CompleteAsync(new UploadPart(1, 10, default), Cancel);
        (await store.KeysAsync()).ShouldBe(["d/", "d/living"]);
    }

    private static async Task<List<string>> WriteAndKillAsync(string root, int seed, int milliseconds)
    {
        using var child = Process.Start(Program.Child([], "write", root, seed.ToString(CultureInfo.InvariantCulture)))!;
        var lines = new List<string>();
        // The moment is counted from the second acknowledged file, so that it falls into the writing however slow the machine is.
        while (lines.Count(l => l == "done") < 2)
            lines.Add((await child.StandardOutput.ReadLineAsync(Cancel)).ShouldNotBeNull());
        var rest = child.StandardOutput.ReadToEndAsync(Cancel);
        await Task.Delay(milliseconds, Cancel);
        child.Kill();
        lines.AddRange((await rest).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await child.WaitForExitAsync(Cancel);
        return lines;
    }

    private static async Task<Dictionary<string, string>> ReadAllAsync(LocalTestStore store)
    {
        var found = new Dictionary<string, string>();
        await foreach (var page in store.Driver.ListAsync(new ListRequest("", Recursive: true), Cancel))
        {
            foreach (var info in page.Where(i => i.IsFile))
            {
                await using var read = await store.Driver.OpenReadAsync(new ReadRequest(info.Path), Cancel);
                found[info.Path.Value] = $"{info.Length} {Convert.ToHexStringLower(await SHA256.HashDataAsync(read.Content, Cancel))}";
            }
        }
        return found;
    }
}
