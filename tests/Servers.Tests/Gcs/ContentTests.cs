using System.Security.Cryptography;
using Cairn.TestServers.Gcs;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class ContentTests
{
    [Theory]
    [InlineData(null, 1 << 20)]
    [InlineData(0L, 1 << 20)]
    [InlineData(5_000_000L, 1 << 20)]
    [InlineData(null, 0)]
    public async Task Content_reads_back_in_any_range(long? announced, int spillAbove)
    {
        string folder = Path.Join(Path.GetTempPath(), "gcs-spill-" + Guid.NewGuid().ToString("N"));
        var options = new GcsFakeOptions { SpillFolder = folder, SpillAbove = spillAbove };
        byte[] data = RandomNumberGenerator.GetBytes(5_000_000);
        using var writer = new GcsContent.Writer(options, announced);
        for (int at = 0, step = 1; at < data.Length; at += step, step = step * 3 % 99_991 + 1) writer.Append(data.AsSpan(at, Math.Min(step, data.Length - at)));
        var content = writer.Complete();
        (content.Length, content.Crc, Convert.ToHexString(content.Md5!)).ShouldBe((data.Length, Crc32C.Compute(data), Convert.ToHexString(MD5.HashData(data))));
        foreach (var (offset, count) in new[] { (0, data.Length), (1, 10), (1_048_570, 2_000_000), (data.Length - 1, 1), (data.Length, 0) })
        {
            var read = new MemoryStream();
            await content.CopyToAsync(read, offset, count, CancellationToken.None);
            read.ToArray().AsSpan().SequenceEqual(data.AsSpan(offset, count)).ShouldBeTrue($"{count} bytes from {offset}");
        }
        Directory.Delete(folder, recursive: true);
    }
}

public sealed class LargeObjectTests : GcsTest
{
    private readonly string _folder = System.IO.Path.Join(System.IO.Path.GetTempPath(), "gcs-spill-" + Guid.NewGuid().ToString("N"));

    private protected override GcsFakeOptions Options() => new() { SpillFolder = _folder, ComputeMd5 = false };

    [Fact, Documented("objects", InShort = "Objects are streamed, whatever their size; here 64 MiB, 1 GiB in the long run")]
    public async Task A_large_object_streams_both_ways()
    {
        long length = (Environment.GetEnvironmentVariable("CAIRN_FULL") == "1" ? 1L << 30 : 64L << 20) + 3;
        using var content = new PatternContent(length);
        var reply = await SendAsync(HttpMethod.Post, $"{Upload}?uploadType=media&name=large", content);
        reply.Status.ShouldBe(200, reply.Text);
        ((string)reply.Json["size"]!).ShouldBe($"{length}");
        using var response = await Http.GetAsync(Path("large") + "?alt=media", HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        byte[] buffer = new byte[1 << 16];
        var crc = Crc32C.Begin();
        long read = 0;
        for (int count; (count = await stream.ReadAsync(buffer)) > 0; read += count) crc.Append(buffer.AsSpan(0, count));
        (read, Crc32C.ToBase64(crc.GetCurrentHashAsUInt32())).ShouldBe((length, (string)reply.Json["crc32c"]!));
        await SendAsync(HttpMethod.Delete, Path("large"));
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class PatternContent(long length) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            byte[] block = RandomNumberGenerator.GetBytes(99_991);
            for (long left = length; left > 0; left -= Math.Min(left, block.Length)) await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
