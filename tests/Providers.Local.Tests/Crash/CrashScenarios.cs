namespace Cairn.Providers.Local.Tests.Crash;

/// <summary>What users do to a store, in the order in which they do it.</summary>
internal static class CrashScenarios
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static IReadOnlyDictionary<string, (string Below, Func<CrashRun, Task> Act)> All { get; } = new Dictionary<string, (string, Func<CrashRun, Task>)>
    {
        ["a new file in a new root"] = ("root", static run => run.PutAsync("f", "new", WriteMode.CreateNew)),
        ["a new file in a new root below new folders"] = ("a/b/root", static run => run.PutAsync("f", "new", WriteMode.CreateNew)),
        ["a new file in an existing folder"] = ("root", static async run =>
        {
            await run.PutAsync("d/old", "old");
            await run.PutAsync("d/new", "new", WriteMode.CreateNew);
        }
        ),
        ["a new file in three new folders"] = ("root", static async run =>
        {
            await run.PutAsync("x", "x");
            await run.PutAsync("a/b/c/f", "new", WriteMode.CreateNew);
        }
        ),
        ["a replaced file"] = ("root", static async run =>
        {
            await run.PutAsync("f", "the old content");
            await run.PutAsync("f", "the new");
        }
        ),
        ["a matched file"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "old");
            await run.PutAsync("d/f", "new", WriteMode.Match(await run.ETagAsync("d/f")));
        }
        ),
        ["an empty file"] = ("root", static run => run.PutAsync("d/empty", "")),
        ["a file of three parts"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", CrashRun.Content(1, 30_000), parts: 3);
            await run.PutAsync("d/f", CrashRun.Content(2, 10_000), parts: 3);
        }
        ),
        ["a file shorter than announced room"] = ("root", static run => run.PutAsync("f", CrashRun.Content(3, 2 << 20), parts: 2)),
        ["a deleted file"] = ("root", static async run =>
        {
            await run.PutAsync("d/a", "a");
            await run.PutAsync("d/b", "b");
            await run.DeleteAsync("d/a");
        }
        ),
        ["the last file of a folder deleted"] = ("root", static async run =>
        {
            await run.PutAsync("x/y/f", "f");
            await run.PutAsync("z", "z");
            await run.DeleteAsync("x/y/f");
        }
        ),
        ["deleted and written again"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "first");
            await run.DeleteAsync("d/f");
            await run.PutAsync("d/f", "second", WriteMode.CreateNew);
        }
        ),
        ["a batch deleted"] = ("root", static async run =>
        {
            string[] names = ["a/1", "a/2", "b/1", "c/d/1"];
            foreach (var name in names)
                await run.PutAsync(name, name);
            await Task.WhenAll(names.Select(n => run.DeleteAsync(n)));
        }
        ),
        ["a folder made"] = ("root", static run => run.MakeAsync("d")),
        ["folders made below new ones"] = ("root", static async run =>
        {
            await run.MakeAsync("a/b/c");
            await run.PutAsync("a/b/c/f", "f");
            await run.PutAsync("z", "z");
            await run.DeleteAsync("a/b/c/f");
        }
        ),
        ["a folder made that a write had made"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "f");
            await run.MakeAsync("d");
            await run.DeleteAsync("d/f");
        }
        ),
        ["a folder made and removed"] = ("root", static async run =>
        {
            await run.MakeAsync("d");
            await run.DeleteAsync("d", EntryKind.Directory);
            await run.PutAsync("d", "a file now");
        }
        ),
        ["a copy"] = ("root", static async run =>
        {
            var content = CrashRun.Content(4, 5000);
            await run.PutAsync("a/f", content);
            await run.CopyAsync("a/f", "b/c/g", content, WriteMode.CreateNew);
            await run.CopyAsync("a/f", "a/f2", content);
        }
        ),
        ["a copy over a file"] = ("root", static async run =>
        {
            var content = CrashRun.Content(5, 5000);
            await run.PutAsync("f", content);
            await run.PutAsync("g", "old");
            await run.CopyAsync("f", "g", content);
        }
        ),
        ["a file moved within a folder"] = ("root", static async run =>
        {
            await run.PutAsync("d/a", "content");
            await run.MoveAsync("d/a", "d/b", WriteMode.CreateNew, ("d/a", null), ("d/b", Of("content")));
        }
        ),
        ["a file moved to another folder"] = ("root", static async run =>
        {
            await run.PutAsync("a/f", "content");
            await run.PutAsync("b/x", "x");
            await run.MoveAsync("a/f", "b/f", WriteMode.CreateNew, ("a/f", null), ("b/f", Of("content")));
        }
        ),
        ["a file moved to a new folder"] = ("root", static async run =>
        {
            await run.PutAsync("a/f", "content");
            await run.PutAsync("a/stays", "s");
            await run.MoveAsync("a/f", "n/m/f", WriteMode.CreateNew, ("a/f", null), ("n/m/f", Of("content")));
        }
        ),
        ["a file moved over another"] = ("root", static async run =>
        {
            await run.PutAsync("a/f", "content");
            await run.PutAsync("b/f", "old");
            await run.MoveAsync("a/f", "b/f", WriteMode.Replace, ("a/f", null), ("b/f", Of("content")));
        }
        ),
        ["a folder moved"] = ("root", static async run =>
        {
            await run.PutAsync("a/t/1", "1");
            await run.PutAsync("a/t/u/2", "2");
            await run.MoveAsync("a/t", "b/t", WriteMode.CreateNew, ("a/t/1", null), ("a/t/u/2", null), ("b/t/1", Of("1")), ("b/t/u/2", Of("2")));
        }
        ),
        ["a chain of moves"] = ("root", static async run =>
        {
            await run.PutAsync("a/f", "content");
            await run.MoveAsync("a/f", "b/f", WriteMode.CreateNew, ("a/f", null), ("b/f", Of("content")));
            await run.MoveAsync("b/f", "c/f", WriteMode.CreateNew, ("b/f", null), ("c/f", Of("content")));
            await run.PutAsync("b/f", "again", WriteMode.CreateNew);
        }
        ),
        ["a file touched"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "content");
            await run.TouchAsync("d/f");
        }
        ),
        ["a write that is abandoned"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "old");
            await using (var upload = await run.Driver.BeginUploadAsync(new UploadRequest("d/f", WriteMode.Replace), Cancel))
                await upload.WritePartAsync(new UploadPart(0, 0, CrashRun.Content(6, 4000)), Cancel);
            await using (var upload = await run.Driver.BeginUploadAsync(new UploadRequest("n/f", WriteMode.Replace), Cancel))
                await upload.WritePartAsync(new UploadPart(0, 0, CrashRun.Content(7, 4000)), Cancel);
            await run.PutAsync("d/f", "new");
        }
        ),
        ["many writers of one folder"] = ("root", static async run =>
        {
            await Task.WhenAll(Enumerable.Range(0, 24).Select(i => run.PutAsync($"d/{i:00}", $"content {i}", WriteMode.CreateNew)));
        }
        ),
        ["many writers of new folders"] = ("root", static async run =>
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(i => run.PutAsync($"d{i % 4}/e/{i:00}", $"content {i}", WriteMode.CreateNew)));
        }
        ),
        ["writers and deleters of one folder"] = ("root", static async run =>
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => run.PutAsync($"d/old{i}", "old")));
            await Task.WhenAll(Enumerable.Range(0, 8).SelectMany(i => new[] { run.DeleteAsync($"d/old{i}"), run.PutAsync($"d/new{i}", "new") }));
        }
        ),
        ["a file with a note"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "content", note: "first");
            await run.PutAsync("d/f", "content", note: "second");
            await run.PutAsync("d/f", "content");
        }
        ),
        ["a program"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", CrashRun.Content(9, 300));
            await run.PutAsync("d/f", CrashRun.Content(9, 300), executable: true);
            await run.PutAsync("d/g", CrashRun.Content(9, 300), WriteMode.CreateNew, parts: 2, executable: true);
        }
        ),
        ["a copy and a move keep a note"] = ("root", static async run =>
        {
            var content = CrashRun.Content(8, 500);
            await run.PutAsync("a/f", content, note: "kept");
            await run.CopyAsync("a/f", "b/f", content, note: "kept");
            await run.MoveAsync("b/f", "c/f", WriteMode.CreateNew, ("b/f", null), ("c/f", CrashRun.Digest(content, "kept")));
        }
        ),
        ["a matched file with another note"] = ("root", static async run =>
        {
            await run.PutAsync("f", "content", note: "first");
            await run.PutAsync("f", "content", WriteMode.Match(await run.ETagAsync("f")), note: "second");
        }
        ),
        ["a folder moved below new folders"] = ("root", static async run =>
        {
            await run.PutAsync("t/1", "1");
            await run.PutAsync("t/u/2", "2");
            await run.MoveAsync("t", "n/m/t", WriteMode.CreateNew, ("t/1", null), ("t/u/2", null), ("n/m/t/1", Of("1")), ("n/m/t/u/2", Of("2")));
            await run.PutAsync("t/1", "again", WriteMode.CreateNew);
        }
        ),
        ["a folder renamed and written to"] = ("root", static async run =>
        {
            await run.PutAsync("a/1", "1");
            await run.MoveAsync("a", "b", WriteMode.CreateNew, ("a/1", null), ("b/1", Of("1")));
            await run.PutAsync("b/2", "2", WriteMode.CreateNew);
            await run.DeleteAsync("b/1");
        }
        ),
        ["an empty folder moved"] = ("root", static async run =>
        {
            await run.MakeAsync("d");
            await run.PutAsync("x/f", "f");
            await run.MoveAsync("d", "x/e", WriteMode.CreateNew, ("d/", null), ("x/e/", "directory"));
        }
        ),
        ["two files exchanged over a third name"] = ("root", static async run =>
        {
            await run.PutAsync("a/f", "one");
            await run.PutAsync("b/f", "two");
            await run.MoveAsync("a/f", "c/f", WriteMode.CreateNew, ("a/f", null), ("c/f", Of("one")));
            await run.MoveAsync("b/f", "a/f", WriteMode.CreateNew, ("b/f", null), ("a/f", Of("two")));
            await run.MoveAsync("c/f", "b/f", WriteMode.CreateNew, ("c/f", null), ("b/f", Of("one")));
        }
        ),
        ["one batch of deletes in several folders"] = ("root", static async run =>
        {
            string[] names = ["a/1", "a/2", "a/3", "b/1", "b/c/1", "b/c/2"];
            foreach (var name in names)
                await run.PutAsync(name, name);
            await run.DoEachAsync(
                async () => (await run.Driver.DeleteAsync(new DeleteRequest([.. names.Select(n => new DeleteTarget(n))]), Cancel)).ShouldAllBe(r => r.Error == null),
                [.. names.Select(n => (n, (string?)null))]);
        }
        ),
        ["a tree removed"] = ("root", static async run =>
        {
            string[] names = ["t/1", "t/2", "t/u/1", "t/u/v/1"];
            foreach (var name in names)
                await run.PutAsync(name, name);
            await run.PutAsync("stays", "s");
            await run.DoEachAsync(async () => await run.Store.RemoveTreeAsync("t", Cancel), [.. names.Select(n => (n, (string?)null))]);
            await run.PutAsync("t/1", "again", WriteMode.CreateNew);
        }
        ),
        ["a tree copied"] = ("root", static async run =>
        {
            string[] names = ["t/1", "t/2", "t/u/1", "t/u/v/1"];
            foreach (var name in names)
                await run.PutAsync(name, name);
            await run.DoEachAsync(async () => await run.Store.CopyTreeAsync("t", "c", cancellationToken: Cancel), [.. names.Select(n => ("c" + n[1..], (string?)Of(n)))]);
        }
        ),
        ["a file touched and then matched"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "old");
            await run.TouchAsync("d/f");
            await run.PutAsync("d/f", "new", WriteMode.Match(await run.ETagAsync("d/f")));
        }
        ),
        ["writers that overwrite one file"] = ("root", static async run =>
        {
            await run.PutAsync("d/f", "0");
            for (var i = 1; i <= 6; i++)
                await run.PutAsync("d/f", CrashRun.Content(i, 300 * i), parts: i % 3 + 1);
        }
        ),
        ["large writers that share no flush"] = ("root", static async run =>
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(i => run.PutAsync($"d{i % 2}/{i}", CrashRun.Content(i, (1 << 20) + 4096), WriteMode.CreateNew)));
        }
        ),
        ["moves and writes of many at the same time"] = ("root", static async run =>
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(i => run.PutAsync($"in/{i}", $"{i}")));
            await Task.WhenAll(Enumerable.Range(0, 6).SelectMany(i => new[]
            {
                run.MoveAsync($"in/{i}", $"out/{i % 2}/{i}", WriteMode.CreateNew, ($"in/{i}", null), ($"out/{i % 2}/{i}", Of($"{i}"))),
                run.PutAsync($"in/new{i}", "new", WriteMode.CreateNew),
            }));
        }
        ),
        ["a folder made by many at the same time"] = ("root", static async run =>
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(i => run.MakeAsync($"a/b/{i % 2}")));
            await run.PutAsync("a/b/f", "f");
        }
        ),
    };

    public static string Of(string text) => CrashRun.Digest(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Random sequences of operations on a few paths, several at the same time, each in a folder of the root.</summary>
    public static Task RandomAsync(CrashRun run, int seed, int writers, int count) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(w => RandomAsync(run, $"w{w}", new Random((seed * 100) + w), count)));

    private static async Task RandomAsync(CrashRun run, string folder, Random random, int count)
    {
        var files = new Dictionary<string, byte[]>();
        string[] paths = [$"{folder}/a", $"{folder}/d/a", $"{folder}/d/b", $"{folder}/d/e/a", $"{folder}/x/y/z", $"{folder}/x/b"];
        for (var n = 0; n < count; n++)
        {
            var path = paths[random.Next(paths.Length)];
            var held = files.Keys.ToArray();
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    var content = CrashRun.Content(random.Next(), random.Next(1, 400));
                    await run.PutAsync(path, content, files.ContainsKey(path) ? WriteMode.Replace : WriteMode.CreateNew, parts: random.Next(1, 3));
                    files[path] = content;
                    break;
                case 3 when held.Length > 0:
                    var gone = held[random.Next(held.Length)];
                    await run.DeleteAsync(gone);
                    files.Remove(gone);
                    break;
                case 4 when held.Length > 0:
                    var source = held[random.Next(held.Length)];
                    if (source == path)
                        break;
                    await run.CopyAsync(source, path, files[source]);
                    files[path] = files[source];
                    break;
                case 5 or 6 when held.Length > 0:
                    var from = held[random.Next(held.Length)];
                    if (from == path)
                        break;
                    await run.MoveAsync(from, path, WriteMode.Replace, (from, null), (path, CrashRun.Digest(files[from])));
                    files[path] = files[from];
                    files.Remove(from);
                    break;
                case 7:
                    await run.MakeAsync($"{folder}/m{random.Next(2)}/n");
                    break;
            }
        }
    }
}
