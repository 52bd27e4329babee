using System.Globalization;
using System.Security.Cryptography;
using Cairn.Providers.Local.Platform;

namespace Cairn.Providers.Local.Tests;

/// <summary>The programs that tests start as separate processes.</summary>
internal static class Children
{
    public static async Task<int> RunAsync(string name, string[] told)
    {
        switch (name)
        {
            case "write":
                await WriteUntilKilledAsync(told[0], int.Parse(told[1], CultureInfo.InvariantCulture));
                return 0;
            case "try":
                await TryAsync(told[0]);
                return 0;
            case "open-files":
                await OpenFilesAsync(told[0]);
                return 0;
            case "hostile-paths":
                foreach (var line in HostilePaths.Generate())
                    Console.WriteLine(line);
                return 0;
            default:
                await Console.Error.WriteLineAsync($"There is no child '{name}'.");
                return 2;
        }
    }

    /// <summary>Writes files of one and of several parts, and says of each when it is complete: number, path, length and digest.</summary>
    private static async Task WriteUntilKilledAsync(string root, int seed)
    {
        var random = new Random(seed);
        await using var driver = Open(root);
        await using var output = Console.OpenStandardOutput();
        for (var number = 0; ; number++)
        {
            StorePath path = random.Next(3) == 0 ? $"new/{seed}/{number}" : $"same/{random.Next(4)}";
            var parts = random.Next(4);
            var upload = await driver.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), CancellationToken.None);
            await using (upload.ConfigureAwait(false))
            {
                using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var offset = 0L;
                for (var i = 0; i < parts; i++)
                {
                    var part = new byte[64 << 10];
                    random.NextBytes(part);
                    digest.AppendData(part);
                    await upload.WritePartAsync(new UploadPart(i, offset, part), CancellationToken.None);
                    offset += part.Length;
                }
                var last = new byte[random.Next(10_000)];
                random.NextBytes(last);
                digest.AppendData(last);
                await output.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"begin {path} {offset + last.Length} {Convert.ToHexStringLower(digest.GetCurrentHash())}\n"));
                await upload.CompleteAsync(new UploadPart(parts, offset, last), CancellationToken.None);
                await output.WriteAsync("done\n"u8.ToArray());
            }
        }
    }

    /// <summary>Tries a write, a replacement, a removal and a new directory, and writes the code of each, or <c>ok</c>.</summary>
    private static async Task TryAsync(string root)
    {
        await using var driver = Open(root);
        await SayAsync(driver, () => PutAsync(driver, "new", "new"));
        await SayAsync(driver, () => PutAsync(driver, "old", "new"));
        await SayAsync(driver, async () =>
        {
            var result = (await driver.DeleteAsync(new DeleteRequest([new("old")]), CancellationToken.None))[0];
            if (result.Error is not null)
                throw result.Error;
        });
        await SayAsync(driver, () => driver.MakeDirectoryAsync("directory", CancellationToken.None).AsTask());
    }

    /// <summary>Opens one file until the limit is met, notes what happens then to a read and a write, closes all, tries again, and only then says it.</summary>
    private static async Task OpenFilesAsync(string root)
    {
        await StartPoolAsync();
        await using var driver = Open(root);
        // The runtime opens files of its own when it does a thing for the first time.
        await PutAsync(driver, "after", "before");
        await CodeOfAsync(driver, async () => await driver.OpenReadAsync(new ReadRequest("missing"), CancellationToken.None));
        var open = new List<StoreRead>();
        List<string> said =
        [
            await CodeOfAsync(driver, async () =>
            {
                while (true)
                    open.Add(await driver.OpenReadAsync(new ReadRequest("old"), CancellationToken.None));
            }),
            await CodeOfAsync(driver, () => PutAsync(driver, "old", "new")),
        ];
        foreach (var read in open)
            await read.DisposeAsync();
        said.Add(await CodeOfAsync(driver, () => PutAsync(driver, "after", "after")));
        foreach (var line in said)
            Console.WriteLine(line);
    }

    /// <summary>Starts every thread that the pool may have: each takes files of its own, and a pool that cannot start one ends the process.</summary>
    private static async Task StartPoolAsync()
    {
        var count = Environment.ProcessorCount;
        ThreadPool.SetMaxThreads(count, count).ShouldBeTrue();
        using var all = new Barrier(count);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => all.SignalAndWait())));
    }

    private static LocalDriver Open(string root) =>
        LocalDriver.Open(StoreUri.FromLocalPath(root), new LocalOptions(), TimeProvider.System, LocalPlatform.Current);

    private static async Task PutAsync(LocalDriver driver, StorePath path, string text)
    {
        await using var upload = await driver.BeginUploadAsync(new UploadRequest(path, WriteMode.Replace), CancellationToken.None);
        await upload.CompleteAsync(new UploadPart(0, 0, System.Text.Encoding.UTF8.GetBytes(text)), CancellationToken.None);
    }

    private static async Task SayAsync(LocalDriver driver, Func<Task> action) => Console.WriteLine(await CodeOfAsync(driver, action));

    private static async Task<string> CodeOfAsync(LocalDriver driver, Func<Task> action)
    {
        try
        {
            await action();
            return "ok";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var fault = driver.Classify(e);
            return $"{fault.Code}: {fault.Reason}";
        }
    }
}
