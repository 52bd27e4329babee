using System.Net;
using Google.Cloud.Storage.V1;

namespace Cairn.GoogleClient.Tests;

public sealed class ListTests : ClientTest
{
    private async Task<string[]> MakeAsync(params string[] names)
    {
        await Parallel.ForEachAsync(names, Cancel, async (name, _) => await PutAsync(name));
        return names;
    }

    private async Task<string[]> NamesAsync(string? prefix, ListObjectsOptions? options = null) =>
        await Client.ListObjectsAsync(Bucket, prefix, options).Select(o => o.Name).ToArrayAsync(Cancel);

    [Fact, Documented("json_api/v1/objects/list", InShort = "Objects in the order of their names, in pages of maxResults; nextPageToken continues, and the last page has none")]
    public async Task Pages()
    {
        string[] names = await MakeAsync([.. Enumerable.Range(0, 25).Select(i => $"{i:d2}")]);
        (await NamesAsync(null, new() { PageSize = 7 })).ShouldBe(names);
        var pages = await Client.ListObjectsAsync(Bucket, null, new() { PageSize = 7 }).AsRawResponses().ToListAsync(Cancel);
        pages.Select(p => p.Items.Count).ShouldBe([7, 7, 7, 4]);
        pages.Select(p => p.NextPageToken is null).ShouldBe([false, false, false, true]);
        var page = await Client.ListObjectsAsync(Bucket, null, new() { PageSize = 10 }).ReadPageAsync(10, Cancel);
        page.Select(o => o.Name).ShouldBe(names[..10]);
        (await NamesAsync(null, new() { PageToken = page.NextPageToken })).ShouldBe(names[10..]);
        await FailsAsync(HttpStatusCode.BadRequest, () => NamesAsync(null, new() { PageToken = "nonsense" }));
    }

    [Fact, Documented("json_api/v1/objects/list", InShort = "With a delimiter, names that contain it behind the prefix are rolled up into prefixes, each once")]
    public async Task Prefix_and_delimiter()
    {
        await MakeAsync("a", "dir/1", "dir/2", "dir/sub/3", "dir0", "other/4");
        (await NamesAsync("dir/")).ShouldBe(["dir/1", "dir/2", "dir/sub/3"]);
        var top = await Client.ListObjectsAsync(Bucket, null, new() { Delimiter = "/" }).AsRawResponses().SingleAsync(Cancel);
        (string.Join(' ', top.Items.Select(o => o.Name)), string.Join(' ', top.Prefixes)).ShouldBe(("a dir0", "dir/ other/"));
        var below = await Client.ListObjectsAsync(Bucket, "dir/", new() { Delimiter = "/", PageSize = 2 }).AsRawResponses().ToListAsync(Cancel);
        below.SelectMany(p => p.Items ?? []).Select(o => o.Name).ShouldBe(["dir/1", "dir/2"]);
        below.SelectMany(p => p.Prefixes ?? []).ShouldBe(["dir/sub/"]);
        (await Client.ListObjectsAsync(Bucket, "nothing").ToListAsync(Cancel)).ShouldBeEmpty();
    }

    [Fact, Documented("json_api/v1/objects/list", InShort = "startOffset is inclusive, endOffset exclusive; includeTrailingDelimiter lists objects that end in the delimiter; matchGlob filters")]
    public async Task Offsets_and_globs()
    {
        await MakeAsync("a", "b.txt", "c", "d/", "d/e.txt");
        (await NamesAsync(null, new() { StartOffset = "b.txt", EndOffset = "d/" })).ShouldBe(["b.txt", "c"]);
        (await NamesAsync(null, new() { MatchGlob = "**.txt" })).ShouldBe(["b.txt", "d/e.txt"]);
        var page = await Client.ListObjectsAsync(Bucket, null, new() { Delimiter = "/", IncludeTrailingDelimiter = true }).AsRawResponses().SingleAsync(Cancel);
        page.Items.Select(o => o.Name).ShouldBe(["a", "b.txt", "c", "d/"]);
        page.Prefixes.ShouldBe(["d/"]);
    }

    [Fact, Documented("json_api/v1/parameters", InShort = "fields selects the properties of a response")]
    public async Task A_part_of_the_answer()
    {
        await MakeAsync("a");
        var found = await Client.ListObjectsAsync(Bucket, null, new() { Fields = "items(name,size),nextPageToken" }).SingleAsync(Cancel);
        (found.Name, found.Size, found.Crc32c, found.Generation).ShouldBe(("a", 1ul, null, null));
    }

    [Fact, Documented("json_api/v1/objects/list", InShort = "A bucket that does not exist is 404")]
    public async Task No_bucket() => await FailsAsync(HttpStatusCode.NotFound, async () => await Client.ListObjectsAsync("no-such-bucket").ToListAsync(Cancel));
}
