using Cairn.TestServers.Proxy;

namespace Cairn.Providers.S3.Tests;

public sealed class CopyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>In one request, and in parts of 5 MiB as above the limit of a single copy: only heads pass through the client.</summary>
    [Theory]
    [InlineData(3 << 20, false)]
    [InlineData(17 << 20, false)]
    [InlineData(17 << 20, true)]
    [InlineData(0, true)]
    public async Task No_body_byte_passes_through_the_client(int length, bool createNew)
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.ThroughAsync(("copy-part-size", "5MiB"));
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var options = new OpenWriteOptions { ContentType = "text/x-copied", Metadata = new Dictionary<string, string> { ["note"] = "kept – ja" } };
        var written = await store.WriteBytesAsync("from", content, WriteMode.CreateNew, options, Cancel);
        box.Proxy.ResetCounters();

        var copied = await store.CopyAsync("from", "to", createNew ? WriteMode.CreateNew : WriteMode.Replace, Cancel);

        box.Proxy.Counters.ByMethod["PUT"].RequestBytes.ShouldBe(0, box.Proxy.Counters.ToString());
        box.Proxy.Counters.RequestBytes.ShouldBeLessThan(2_000, box.Proxy.Counters.ToString());
        box.Proxy.Counters.ResponseBytes.ShouldBeLessThan(5_000, box.Proxy.Counters.ToString());
        (await S3Backend.ReadAsync(box.Bucket, "to")).ShouldBe(content);
        (copied.ContentType, copied.Metadata["note"], copied.Length).ShouldBe(("text/x-copied", "kept – ja", length));
        (await store.StatAsync("to", Cancel)).Checksum.ShouldBe(written.Checksum);
        (await store.StatAsync("to", Cancel)).Metadata.Keys.ShouldBe(["note"]);
    }

    [Fact]
    public async Task A_copy_whose_answer_was_lost_is_a_success()
    {
        await using var box = await S3Box.CreateAsync();
        var store = await box.ThroughAsync();
        await store.WriteTextAsync("from", "content", WriteMode.CreateNew, cancellationToken: Cancel);
        box.Proxy.Add(new FaultRule(FaultKind.DropResponse) { Times = 1, When = (method, target) => method == "POST" && target.Contains("uploadId", StringComparison.Ordinal) });
        await store.CopyAsync("from", "to", WriteMode.CreateNew, Cancel);
        box.Proxy.Counters.Faults.ShouldBe(1);
        (await store.ReadTextAsync("to", cancellationToken: Cancel)).ShouldBe("content");
    }
}
