using System.Diagnostics;
using System.Globalization;

namespace Cairn.Providers.Azure.Tests;

/// <summary>What interrupted writers leave, and how it goes.</summary>
public sealed class AzureStagedTests
{
    private static readonly bool _full = Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_staged_where_nothing_is_can_be_removed_and_its_writer_then_publishes_nothing()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var driver = await OpenAsync(container);
        await using var upload = await driver.BeginUploadAsync(new("dir/file", WriteMode.CreateNew), Cancel);
        await upload.WritePartAsync(new(0, 0, new byte[1 << 20]), Cancel);

        var staged = (await StagedAsync(driver)).ShouldHaveSingleItem();
        (staged.Path?.Value, staged.Length).ShouldBe(("dir/file", 1 << 20));
        await driver.RemoveStagedAsync(staged, Cancel);
        await driver.RemoveStagedAsync(staged, Cancel);

        (await StagedAsync(driver)).ShouldBeEmpty();
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();
        var error = await Should.ThrowAsync<Exception>(async () => await upload.CompleteAsync(new(1, 1 << 20, new byte[1]), Cancel));
        driver.Classify(error).Reason.ShouldContain("staged blocks are gone");
        (await AzureBackend.NamesAsync(container)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Removing_what_has_been_published_meanwhile_leaves_it()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var driver = await OpenAsync(container);
        await using var upload = await driver.BeginUploadAsync(new("file", WriteMode.CreateNew), Cancel);
        await upload.WritePartAsync(new(0, 0, new byte[1 << 20]), Cancel);
        var staged = (await StagedAsync(driver)).ShouldHaveSingleItem();
        await upload.CompleteAsync(new(1, 1 << 20, default), Cancel);

        await driver.RemoveStagedAsync(staged, Cancel);

        (await driver.StatAsync("file", Cancel))!.Length.ShouldBe(1 << 20);
    }

    [Fact]
    public async Task A_new_file_may_be_small_where_blocks_of_a_dead_writer_are_staged()
    {
        await using var driver = await OpenAsync(await AzureBackend.NewContainerAsync());
        await using var store = new ArtifactStore(driver);
        await using (var dead = await driver.BeginUploadAsync(new("file", WriteMode.CreateNew), Cancel))
            await dead.WritePartAsync(new(0, 0, new byte[1 << 20]), Cancel);

        await store.WriteBytesAsync("file", new byte[3], WriteMode.CreateNew, cancellationToken: Cancel);

        (await store.ReadBytesAsync("file", Cancel)).Length.ShouldBe(3);
        (await Should.ThrowAsync<ArtifactStoreException>(() => store.WriteBytesAsync("file", new byte[3], WriteMode.CreateNew, cancellationToken: Cancel))).Code.ShouldBe(StoreErrorCode.AlreadyExists);
    }

    [Fact]
    public async Task Writes_cancelled_at_any_point_show_nothing_partial_and_leave_nothing_after_cleaning()
    {
        var container = await AzureBackend.NewContainerAsync();
        await using var driver = await OpenAsync(container, ("part-size", "64KiB"));
        await using var store = new ArtifactStore(driver);
        var complete = new HashSet<string>();
        var random = new Random(11);
        await Parallel.ForAsync(0, _full ? 1_000 : 30, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel }, async (i, token) =>
        {
            using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(token);
            int milliseconds;
            lock (random)
                milliseconds = random.Next(60);
            cancelling.CancelAfter(milliseconds);
            try
            {
                await store.WriteBytesAsync($"f{i}", new byte[300_000], WriteMode.CreateNew, cancellationToken: cancelling.Token);
                lock (complete)
                    complete.Add($"f{i}");
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                // As intended: what it left is looked at below.
            }
        });

        await CleanAsync(driver);
        (await StagedAsync(driver)).ShouldBeEmpty();
        var there = await store.ListAsync(ArtifactPath.Root, cancellationToken: Cancel).ToListAsync(Cancel);
        there.ShouldAllBe(static e => e.Length == 300_000);
        complete.ShouldBeSubsetOf(there.Select(static e => e.Path.Value));
    }

    [Fact]
    public async Task Killed_writers_show_nothing_partial_and_leave_nothing_after_cleaning()
    {
        var container = await AzureBackend.NewContainerAsync();
        var server = await AzureBackend.ServerAsync();
        var begun = new Dictionary<string, (long Length, string Crc)>();
        var done = new HashSet<string>();
        for (var seed = 0; seed < (_full ? 50 : 3); seed++)
        {
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
                [Program.ChildArgument, server.BlobEndpoint.OriginalString, server.AccountName, server.AccountKey, $"az://{container}", $"{seed}"]) { RedirectStandardOutput = true })!;
            // Killed in the middle of one of the first files, at a moment that the seed decides.
            var (last, count) = (default(string), 0);
            while (await child.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                if (line.Split(' ') is not ["begin", var path, var length, var crc])
                {
                    done.Add(last!);
                    continue;
                }
                begun[last = path] = (long.Parse(length, CultureInfo.InvariantCulture), crc);
                if (count++ < seed % 3)
                    continue;
                await Task.Delay(seed * 7 % 100, Cancel);
                child.Kill();
            }
            await child.WaitForExitAsync(Cancel);
        }

        await using var driver = await OpenAsync(container);
        await using var store = new ArtifactStore(driver);
        await CleanAsync(driver);
        (await StagedAsync(driver)).ShouldBeEmpty();
        var there = await store.ListAsync(ArtifactPath.Root, new ListOptions { Recursive = true }, Cancel).ToListAsync(Cancel);
        foreach (var entry in there)
        {
            var content = await store.ReadBytesAsync(entry.Path, Cancel);
            (content.LongLength, Crc32C.Compute(content).ToString("x8", CultureInfo.InvariantCulture)).ShouldBe(begun[entry.Path.Value]);
        }
        done.ShouldBeSubsetOf(there.Select(static e => e.Path.Value));
    }

    private static async Task<StoreDriver> OpenAsync(string container, params (string Name, string? Value)[] more) =>
        await AzureBackend.OpenAsync(ArtifactUri.Create("az", container, default), AzureBackend.Options(await AzureBackend.ServerAsync(), more));

    private static async Task CleanAsync(StoreDriver driver)
    {
        // A request of a writer that was cancelled or killed may still be on its way into the service.
        for (var tries = 0; tries < 20; tries++)
        {
            foreach (var staged in await StagedAsync(driver))
                await driver.RemoveStagedAsync(staged, Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel);
            if (tries > 1 && (await StagedAsync(driver)).Count == 0)
                return;
        }
    }

    private static async Task<List<StagedUpload>> StagedAsync(StoreDriver driver) => await driver.ListStagedAsync(Cancel).ToListAsync(Cancel);
}
