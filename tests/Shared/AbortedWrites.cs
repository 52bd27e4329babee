using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Cairn.Tests;

/// <summary>Writes of several parts that end before they are complete, by cancellation or with their process, and what a store may show of them: for each path, the old content or the new.</summary>
/// <remarks>A source file that several test projects share.</remarks>
internal sealed class AbortedWrites
{
    /// <summary>How many files one process writes at once: each of them is aborted when it is killed.</summary>
    public const int WritersOfProcess = 20;

    private const int Parts = 5;

    private readonly ConcurrentDictionary<string, string?[]> _may = new();
    private int _aborted;

    /// <summary>How many writes were begun and are not known to be complete.</summary>
    public int Aborted => _aborted;

    /// <summary>Whether a campaign runs whole, 1,000 writes of each kind, or is cut short.</summary>
    public static int Count => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1_000 : 20;

    /// <summary>Begins writes and cancels each somewhere between its first byte and its completion; every other one would replace a file.</summary>
    public async Task CancelAsync(ArtifactStore store, string root, int count, int partSize, CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var random = new Random(i);
            var path = $"{root}/{i}";
            if (i % 2 == 0)
            {
                var old = Content(random, partSize);
                await store.WriteBytesAsync(path, old, WriteMode.CreateNew, cancellationToken: token);
                _may[path] = [Describe(old)];
            }
            while (await CompletesAsync(store, path, random, partSize, token))
            {
                // Ended before it was cancelled: the next one is.
            }
            Interlocked.Increment(ref _aborted);
        });
    }

    /// <summary>Starts processes, each of which runs <see cref="WriteUntilKilledAsync"/>, and kills them in the middle of it (SIGKILL, on Unix).</summary>
    /// <param name="arguments">What to start this program with, so that it does.</param>
    /// <param name="count">How many writes are to be aborted, at least.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task KillAsync(Func<int, string[]> arguments, int count, CancellationToken cancellationToken)
    {
        for (var seed = 0; _aborted < count; seed++)
        {
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments(seed)) { RedirectStandardOutput = true })!;
            // Whatever the speed of the machine, some processes have completed some files by then and others none.
            var random = new Random(seed);
            var (open, told, last, killing) = (new HashSet<string>(), 0, WritersOfProcess + random.Next(2 * WritersOfProcess), default(Task));
            while (await child.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                switch (line.Split('\t'))
                {
                    case ["begin", var path, var content]:
                        _may[path] = [.. _may.GetValueOrDefault(path, [null]), content];
                        open.Add(path);
                        break;
                    case ["done", var path, var content]:
                        _may[path] = [content];
                        open.Remove(path);
                        break;
                }
                if (++told == last)
                    killing = KillSoonAsync(child, random.Next(150), cancellationToken);
            }
            await child.WaitForExitAsync(cancellationToken);
            (killing is null).ShouldBeFalse("The process ended by itself.");
            await killing!;
            _aborted += open.Count;
        }
    }

    /// <summary>Writes files until killed, many at once, each of them twice, and says of each write when it begins and when it is complete.</summary>
    public static async Task<int> WriteUntilKilledAsync(ArtifactStore store, string root, int seed, int partSize)
    {
        await Task.WhenAll(Enumerable.Range(0, WritersOfProcess).Select(async writer =>
        {
            var random = new Random(seed * WritersOfProcess + writer);
            await Task.Yield();
            for (var number = 0; ; number++)
            {
                var (path, content) = ($"{root}/{seed}/{writer}-{number / 2}", Content(random, partSize));
                Console.WriteLine($"begin\t{path}\t{Describe(content)}");
                await using var stream = await store.OpenWriteAsync(path, number % 2 == 0 ? WriteMode.CreateNew : WriteMode.Replace);
                await stream.WriteAsync(content);
                await stream.CompleteAsync();
                Console.WriteLine($"done\t{path}\t{Describe(content)}");
            }
        }));
        return 0;
    }

    /// <summary>Removes what is staged, as <c>cairn store clean</c> does, until nothing is: a request of an aborted write may reach the service a moment after its sender is gone.</summary>
    /// <returns>How much was removed.</returns>
    public static async Task<int> CleanAsync(ArtifactStore store, CancellationToken cancellationToken)
    {
        var (removed, rounds) = (0, 0);
        for (var calm = 0; calm < 3 && rounds < 100; rounds++)
        {
            var found = await store.ListStagedAsync(TimeSpan.Zero, cancellationToken).ToListAsync(cancellationToken);
            foreach (var staged in found)
                await store.RemoveStagedAsync(staged, cancellationToken);
            (removed, calm) = (removed + found.Count, found.Count == 0 ? calm + 1 : 0);
            await Task.Delay(100, cancellationToken);
        }
        return removed;
    }

    /// <summary>Looks at all files: each has content that some write was given whole, and none is missing that was complete.</summary>
    /// <returns>Their paths.</returns>
    public async Task<IReadOnlyList<StorePath>> CheckAsync(ArtifactStore store, string root, CancellationToken cancellationToken)
    {
        var files = await store.ListAsync(root, new ListOptions { Recursive = true }, cancellationToken).Where(e => e.IsFile).ToListAsync(cancellationToken);
        foreach (var file in files)
            _may.GetValueOrDefault(file.Path.Value, []).ShouldContain(Describe(await store.ReadBytesAsync(file.Path, cancellationToken)), $"{file.Path} is visible in part.");
        var known = files.Select(f => f.Path.Value).ToHashSet();
        foreach (var (path, may) in _may)
            (may.Contains(null) || known.Contains(path)).ShouldBeTrue($"{path} was complete, and is gone.");
        return [.. files.Select(f => f.Path)];
    }

    private async Task<bool> CompletesAsync(ArtifactStore store, string path, Random random, int partSize, CancellationToken cancellationToken)
    {
        var content = Content(random, partSize);
        var before = _may.GetValueOrDefault(path, [null]);
        _may[path] = [.. before, Describe(content)];
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // After so many pieces, or with all of them while it completes; at once, or a moment later.
        var (pieces, milliseconds) = (random.Next(Parts + 3), random.Next(2) * random.Next(30));
        try
        {
            await using var stream = await store.OpenWriteAsync(path, before.Contains(null) ? WriteMode.CreateNew : WriteMode.Replace, cancellationToken: cancelling.Token);
            for (var at = 0; at < content.Length; at += partSize)
            {
                if (pieces-- == 0)
                    cancelling.CancelAfter(milliseconds);
                await stream.WriteAsync(content.AsMemory(at, Math.Min(partSize, content.Length - at)), cancelling.Token);
            }
            cancelling.CancelAfter(milliseconds);
            await stream.CompleteAsync(cancelling.Token);
            _may[path] = [Describe(content)];
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (StoreException e) when (e.Code == StoreErrorCode.AlreadyExists && before.Contains(null))
        {
            // One that was cancelled while it completed is there all the same.
            return false;
        }
    }

    private static async Task KillSoonAsync(Process child, int milliseconds, CancellationToken cancellationToken)
    {
        await Task.Delay(milliseconds, cancellationToken);
        child.Kill();
    }

    private static byte[] Content(Random random, int partSize)
    {
        var content = new byte[random.Next(1, Parts) * partSize + random.Next(1, partSize)];
        random.NextBytes(content);
        return content;
    }

    private static string Describe(byte[] content) => string.Create(CultureInfo.InvariantCulture, $"{content.Length} bytes {Crc32C.Compute(content):x8}");
}
