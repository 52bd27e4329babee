using System.Diagnostics;
using System.Globalization;
using Cairn.Tests;
using Cairn.TestServers.Proxy;

namespace Cairn.Providers.S3.Tests;

public sealed class UploadTests(ITestOutputHelper output)
{
    private static bool Full => Environment.GetEnvironmentVariable("CAIRN_FULL") == "1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000)]
    [InlineData(11 << 20)]
    public async Task A_write_whose_answer_was_lost_is_a_success(int length)
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.ThroughAsync();
        var old = await store.WriteTextAsync("old", "old", WriteMode.CreateNew, cancellationToken: Cancel);
        foreach (var (path, mode) in new[] { ("new", WriteMode.CreateNew), ("old", WriteMode.Match(old.ETag!)), ("other", WriteMode.Replace) })
        {
            var content = Bytes(length, path.Length);
            box.Proxy.Add(new FaultRule(FaultKind.DropResponse) { Times = 1, When = length > 5 << 20 ? IsCompletion : (method, _) => method == "PUT" });
            var info = await store.WriteBytesAsync(path, content, mode, cancellationToken: Cancel);
            (await S3Backend.ReadAsync(box.Bucket, path)).ShouldBe(content);
            info.ETag.ShouldBe((await store.StatAsync(path, Cancel)).ETag);
        }
        box.Proxy.Counters.Faults.ShouldBe(3);
        (await store.WriteBytesAsync("answered", Bytes(length, 1), WriteMode.Replace, cancellationToken: Cancel)).AnsweredAt.ShouldNotBeNull();

        static bool IsCompletion(string method, string target) => method == "POST" && target.Contains("uploadId", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_writers_success_is_not_taken_for_ones_own()
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.ThroughAsync();
        await store.WriteTextAsync("f", "same", WriteMode.CreateNew, cancellationToken: Cancel);
        var error = await Should.ThrowAsync<StoreException>(() => store.WriteTextAsync("f", "same", WriteMode.CreateNew, cancellationToken: Cancel));
        error.Code.ShouldBe(StoreErrorCode.AlreadyExists);
        error.RequestId.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_small_file_is_one_request_up_and_one_down_on_one_connection()
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.ThroughAsync(("conditions", "yes"));
        var written = await store.WriteTextAsync("f", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        box.Proxy.Counters.Requests.ShouldBe(1);
        written.AnsweredAt.ShouldNotBeNull();
        await store.ReadTextAsync("f", cancellationToken: Cancel);
        box.Proxy.Counters.Requests.ShouldBe(2);
        var file = Path.Join(Path.GetTempPath(), $"cairn-s3-{Guid.NewGuid():N}");
        await store.DownloadFileAsync("f", file, WriteMode.CreateNew, cancellationToken: Cancel);
        File.Delete(file);
        box.Proxy.Counters.Requests.ShouldBe(3);
        box.Proxy.Counters.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Parts_grow_so_that_the_largest_object_fits()
    {
        await using var box = await S3Box.CreateAsync();
        var driver = await box.DriverAsync(("part-size", "16MiB"));
        await using var unknown = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace), Cancel);
        Enumerable.Range(0, 10_000).Sum(i => (long)unknown.GetPartSize(i)).ShouldBeGreaterThan(5L << 40);
        await using var known = await driver.BeginUploadAsync(new UploadRequest("f", WriteMode.Replace) { Length = 5L << 40 }, Cancel);
        (known.GetPartSize(0) * 10_000L).ShouldBeGreaterThanOrEqualTo(5L << 40);
    }

    [Fact]
    public async Task Uploads_cancelled_at_any_moment_leave_nothing()
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.StraightAsync();
        var random = Seeds.Next();
        var content = Bytes(17 << 20, 1);
        int done = 0, cancelled = 0;
        for (var i = 0; i < (Full ? 500 : 15); i++)
        {
            // The first has all the time that it needs, and the second is cancelled when half of it is sent: however fast the machine is, some complete and some do not.
            using var cancel = i < 2 ? new CancellationTokenSource() : new CancellationTokenSource(random.Next(300));
            try
            {
                await using var stream = await store.OpenWriteAsync($"f{i}", WriteMode.CreateNew, cancellationToken: cancel.Token);
                await stream.WriteAsync(content.AsMemory(..(content.Length / 2)), cancel.Token);
                if (i == 1)
                    await cancel.CancelAsync();
                await stream.WriteAsync(content.AsMemory((content.Length / 2)..), cancel.Token);
                await stream.CompleteAsync(cancel.Token);
                done++;
            }
            catch (OperationCanceledException)
            {
                cancel.IsCancellationRequested.ShouldBeTrue();
                cancelled++;
            }
        }
        done.ShouldBeGreaterThan(0);
        cancelled.ShouldBeGreaterThan(0);
        foreach (var key in await S3Backend.KeysAsync(box.Bucket))
            (await store.GetLengthAsync(key, Cancel)).ShouldBe(content.Length);
        await foreach (var staged in store.ListStagedAsync(TimeSpan.Zero, Cancel))
            Assert.Fail($"It is still staged: {staged}");
        output.WriteLine($"{done} completed, {cancelled} were cancelled");
    }

    [Fact]
    public async Task Killed_writers_leave_nothing_visible_and_nothing_after_a_clean()
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.StraightAsync();
        var random = Seeds.Next();
        int left = 0, whole = 0;
        for (var seed = 0; seed < (Full ? 500 : 5); seed++)
        {
            var lines = await WriteAndKillAsync(box, seed, random.Next(1000));
            for (var i = 0; i < lines.Count; i++)
            {
                if (i + 1 < lines.Count && lines[i + 1] == "done")
                    (await store.ExistsAsync(lines[i].Split(' ')[1], Cancel)).ShouldBeTrue();
                if (lines[i].Split(' ') is ["begin", var path, var length, { Length: 8 } crc] && await store.TryStatAsync(path, Cancel) is { } found)
                {
                    whole++;
                    (found.Length.ToString(CultureInfo.InvariantCulture), found.Checksum!.Hex).ShouldBe((length, crc));
                    (await store.ReadBytesAsync(path, Cancel)).Length.ShouldBe((int)found.Length);
                }
            }
            await foreach (var staged in store.ListStagedAsync(TimeSpan.Zero, Cancel))
            {
                left++;
                await store.RemoveStagedAsync(staged, Cancel);
            }
            await store.RemoveTreeAsync(default, Cancel);
        }
        await foreach (var staged in store.ListStagedAsync(TimeSpan.Zero, Cancel))
            Assert.Fail($"It is still staged: {staged}");
        whole.ShouldBeGreaterThan(0);
        output.WriteLine($"{whole} whole files, {left} left-overs removed");
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<List<string>> WriteAndKillAsync(S3Box box, int seed, int milliseconds)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program.ChildArgument, box.Server.Endpoint.ToString(), box.Server.AccessKey, box.Server.SecretKey, box.Root.ToString(), $"{seed}"])
        {
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(start)!;
        // The moment is counted from the first whole file, so that it falls into the writing.
        var lines = new List<string>();
        while (lines.LastOrDefault() != "done")
            lines.Add((await child.StandardOutput.ReadLineAsync(Cancel)).ShouldNotBeNull());
        var rest = child.StandardOutput.ReadToEndAsync(Cancel);
        await Task.Delay(milliseconds, Cancel);
        child.Kill();
        lines.AddRange((await rest).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await child.WaitForExitAsync(Cancel);
        return lines;
    }
}
