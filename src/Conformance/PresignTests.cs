using System.Net;
using System.Text;
using Cairn.Providers;
using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests presigned URLs: if they are declared, an HTTP client can read or write one file until they expire; otherwise, they are refused.</summary>
public abstract class PresignTests<THarness> : StoreTests<THarness>
    where THarness : StoreHarness, new()
{
    private static readonly HttpClient Http = new();

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Undeclared_presigning_is_Unsupported()
    {
        Needs(!Can.Presign, "The store presigns.");
        await Store.PutAsync("file", "content", Cancel);

        await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => Store.PresignAsync("file", PresignAccess.Read, Long, Cancel));
        await Expect.ErrorAsync(StoreErrorCode.Unsupported, () => Store.PresignAsync("file", PresignAccess.Write, Long, Cancel));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("dir/a b+c%41#d?e&f=é😀.txt")]
    public async Task Whoever_holds_a_URL_to_read_reads(string path)
    {
        NeedsPresign();
        await Store.PutAsync(path, "content", Cancel);
        var url = await Store.PresignAsync(path, PresignAccess.Read, Long, Cancel);

        Assert.Equal("content", await Http.GetStringAsync(url, Cancel));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("dir/a b+c%41#d?e&f=é😀.txt")]
    public async Task Whoever_holds_a_URL_to_write_writes(string path)
    {
        NeedsPresign();
        var url = await Store.PresignAsync(path, PresignAccess.Write, Long, Cancel);

        var status = await PutAsync(url);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, $"{status}");
        Assert.Equal("put", await Store.ReadTextAsync(path, cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_URL_to_read_does_not_write_and_one_to_write_does_not_read()
    {
        NeedsPresign();
        await Store.PutAsync("file", "content", Cancel);

        Assert.True((int)await PutAsync(await Store.PresignAsync("file", PresignAccess.Read, Long, Cancel)) >= 400);
        using var answer = await Http.GetAsync(await Store.PresignAsync("file", PresignAccess.Write, Long, Cancel), Cancel);
        Assert.True((int)answer.StatusCode >= 400);
        Assert.Equal("content", await Store.ReadTextAsync("file", cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_URL_is_for_one_file()
    {
        NeedsPresign();
        await Store.SeedAsync(["mine-file", "their-file"], Cancel);
        var url = (await Store.PresignAsync("mine-file", PresignAccess.Read, Long, Cancel)).AbsoluteUri;

        using var answer = await Http.GetAsync(new Uri(url.Replace("mine-file", "their-file", StringComparison.Ordinal)), Cancel);
        Assert.True((int)answer.StatusCode >= 400, "The URL was changed to that of another file, and the request succeeded.");
    }

    [Fact]
    public async Task A_URL_to_a_missing_file_finds_nothing()
    {
        NeedsPresign();
        var url = await Store.PresignAsync("missing", PresignAccess.Read, Long, Cancel);

        using var answer = await Http.GetAsync(url, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_URL_expires()
    {
        NeedsPresign();
        await Store.PutAsync("file", "content", Cancel);
        var url = await Store.PresignAsync("file", PresignAccess.Read, TimeSpan.FromSeconds(1), Cancel);

        for (var tries = 0; tries < 80; tries++)
        {
            using var answer = await Http.GetAsync(url, Cancel);
            if ((int)answer.StatusCode >= 400)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancel);
        }
        Assert.Fail("A URL with a lifetime of one second still works.");
    }

    [Fact]
    public async Task A_lifetime_that_is_none_is_misuse()
    {
        NeedsPresign();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.PresignAsync("file", PresignAccess.Read, TimeSpan.Zero, Cancel));
    }

    private async Task<HttpStatusCode> PutAsync(Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("put")) };
        foreach (var (name, value) in Harness.PresignedWriteHeaders)
            request.Headers.Add(name, value);
        using var answer = await Http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private void NeedsPresign() => Needs(Can.Presign, "The store does not presign.");
}
