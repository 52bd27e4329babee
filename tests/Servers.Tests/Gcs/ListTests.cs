using System.IO.Compression;
using System.Text;

namespace Cairn.TestServers.Tests.Gcs;

public sealed class ListTests : GcsTest
{
    [Fact, Documented("developers.google.com/authorized-buyers/apis/guides/performance",
        "In order to receive a gzip-encoded response you must do two things: Set an Accept-Encoding header, and modify your user agent to contain the string gzip.", InShort = "here from 1 KiB on")]
    public async Task A_long_answer_is_packed_for_those_who_ask()
    {
        for (int i = 0; i < 5; i++) await PutAsync($"{i}");
        (string, string) accepts = ("Accept-Encoding", "gzip"), agent = ("User-Agent", "test (gzip)");
        var plain = await GetAsync(Objects);
        foreach (var headers in new (string, string)[][] { [accepts], [agent], [("Accept-Encoding", "br"), agent] }) (await GetAsync(Objects, headers)).Body.ShouldBe(plain.Body);
        var packed = await GetAsync(Objects, accepts, agent);
        packed.Headers["Content-Encoding"].ShouldBe("gzip");
        packed.Body.Length.ShouldBeLessThan(plain.Body.Length);
        using var unpacked = new GZipStream(new MemoryStream(packed.Body), CompressionMode.Decompress);
        (await new StreamReader(unpacked).ReadToEndAsync()).ShouldBe(plain.Text);
    }

    private async Task FillAsync(params string[] names)
    {
        foreach (string name in names) await PutAsync(name);
    }

    [Fact, Documented("json_api/v1/objects/list", "Retrieves a list of objects matching the criteria, ordered in the list lexicographically by name.")]
    public async Task Names_are_ordered_by_utf8_bytes()
    {
        string[] names = ["Z", "a", "a/b", "a0", "é", "ﬀ", "😀", "𝒳"];
        await FillAsync([.. names.Reverse()]);
        (await ListAsync()).Names.ShouldBe(names.OrderBy(n => Convert.ToHexString(Encoding.UTF8.GetBytes(n)), StringComparer.Ordinal));
    }

    [Fact, Documented("json_api/v1/objects/list", "If delimiter is set to \"/\" and prefix is not set, then an object listing of the bucket returns object metadata for objects \"d\" and \"e\". It also returns \"a/\" and \"e/\" in the prefixes[] list.")]
    public async Task A_delimiter_lists_like_a_directory()
    {
        await FillAsync("a/b", "a/c", "d", "e", "e/f", "e/g/h");
        var root = await ListAsync("delimiter=/");
        root.Names.ShouldBe(["d", "e"]);
        root.Prefixes.ShouldBe(["a/", "e/"]);
        var below = await ListAsync("delimiter=/&prefix=e/");
        below.Names.ShouldBe(["e/f"]);
        below.Prefixes.ShouldBe(["e/g/"]);
    }

    [Fact, Documented("json_api/v1/objects/list", "Maximum number of items plus prefixes to return in a single page of responses. As duplicate prefixes are omitted, fewer total results may be returned than requested. The service will use this parameter or 1,000 items, whichever is smaller.")]
    public async Task Pages_count_items_and_prefixes_and_lose_nothing()
    {
        await FillAsync("a/1", "a/2", "b", "c/1", "c/2", "c/d/3", "d", "e/");
        for (int page = 1; page <= 6; page++)
        {
            var seen = new List<string>();
            string? token = null;
            do
            {
                var reply = await ListAsync($"delimiter=/&maxResults={page}" + (token is null ? "" : "&pageToken=" + Uri.EscapeDataString(token)));
                (reply.Names.Length + reply.Prefixes.Length).ShouldBeInRange(1, page);
                seen.AddRange(reply.Names.Concat(reply.Prefixes));
                token = (string?)reply.Json["nextPageToken"];
            } while (token is not null);
            string.Join(" ", seen.Order(StringComparer.Ordinal)).ShouldBe("a/ b c/ d e/", $"pages of {page}");
        }
    }

    [Fact, Documented("json_api/v1/objects/list", InShort = "1,000 is the largest page, and the default")]
    public async Task A_page_holds_at_most_a_thousand()
    {
        for (int i = 0; i < 1003; i++) await PutAsync($"n/{i:D5}");
        var first = await ListAsync("maxResults=5000&prefix=n/");
        first.Names.Length.ShouldBe(1000);
        var second = await ListAsync("prefix=n/&pageToken=" + Uri.EscapeDataString((string)first.Json["nextPageToken"]!));
        second.Names.ShouldBe(["n/01000", "n/01001", "n/01002"]);
        second.Json["nextPageToken"].ShouldBeNull();
    }

    [Fact, Documented("json_api/v1/objects/list", "Filter results to objects whose names are lexicographically before endOffset. If startOffset is also set, the objects listed will have names between startOffset (inclusive) and endOffset (exclusive).")]
    public async Task Offsets_bound_the_names()
    {
        await FillAsync("a", "b", "b/x", "c", "d");
        (await ListAsync("startOffset=b&endOffset=d")).Names.ShouldBe(["b", "b/x", "c"]);
        (await ListAsync("endOffset=b")).Names.ShouldBe(["a"]);
        (await ListAsync("startOffset=b&delimiter=/")).Prefixes.ShouldBe(["b/"]);
        (await ListAsync("startOffset=bz")).Names.ShouldBe(["c", "d"]);
    }

    [Fact, Documented("json_api/v1/objects/list", "If true, objects that end in exactly one instance of delimiter will have their metadata included in items in addition to prefixes.")]
    public async Task Markers_show_as_items_on_request()
    {
        await FillAsync("a/", "a/b", "c");
        var plain = await ListAsync("delimiter=/");
        plain.Names.ShouldBe(["c"]);
        plain.Prefixes.ShouldBe(["a/"]);
        var trailing = await ListAsync("delimiter=/&includeTrailingDelimiter=true");
        trailing.Names.ShouldBe(["a/", "c"]);
        trailing.Prefixes.ShouldBe(["a/"]);
    }

    [Theory, Documented("json_api/v1/objects/list", "Filter results to objects and prefixes that match this glob pattern.", InShort = "* and ? stop at a slash, ** does not; [set], [^set], {a,b}")]
    [InlineData("*.txt", "a.txt")]
    [InlineData("**.txt", "a.txt d/b.txt d/e/c.txt")]
    [InlineData("d/*", "d/b.txt")]
    [InlineData("d/**", "d/b.txt d/e/c.txt")]
    [InlineData("?.txt", "a.txt")]
    [InlineData("d/[a-c].txt", "d/b.txt")]
    [InlineData("{a.txt,d/b.*}", "a.txt d/b.txt")]
    [InlineData("d/[^b].txt", "")]
    public async Task Globs_match(string glob, string expected)
    {
        await FillAsync("a.txt", "d/b.txt", "d/e/c.txt", "x.csv");
        (await ListAsync("matchGlob=" + Uri.EscapeDataString(glob))).Names.ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact, Documented("json_api", InShort = "Partial response: fields=items(name,size),nextPageToken leaves everything else out")]
    public async Task Fields_cut_the_answer()
    {
        await FillAsync("a", "b");
        var reply = await ListAsync("fields=items(name,size),nextPageToken&maxResults=1");
        reply.Json.AsObject().Select(p => p.Key).Order().ShouldBe(["items", "nextPageToken"]);
        reply.Json["items"]![0]!.AsObject().Select(p => p.Key).Order().ShouldBe(["name", "size"]);
        (await ListAsync("fields=items/name")).Json.ToJsonString().ShouldBe("""{"items":[{"name":"a"},{"name":"b"}]}""");
        (await ListAsync("fields=items(name")).Status.ShouldBe(400);
    }

    [Fact, Documented("json_api/v1/objects/list", "A previously-returned page token representing part of the larger set of results to view.", InShort = "any other token is 400")]
    public async Task An_invented_token_is_refused() => (await ListAsync("pageToken=@@@")).Status.ShouldBe(400);

    [Fact, Documented("json_api/v1/objects/list", "If true, lists all versions of an object as distinct results. The default is false. For more information, see Object Versioning.")]
    public async Task Versions_are_listed_on_request()
    {
        Bucket = Fake.CreateBucket(versioning: true);
        await FillAsync("a", "a", "b");
        (await ListAsync()).Names.ShouldBe(["a", "b"]);
        (await ListAsync("versions=true")).Names.ShouldBe(["a", "a", "b"]);
        (await ListAsync("versions=true&maxResults=1")).Names.ShouldBe(["a", "a"]);
    }

    [Fact, Documented("json_api/v1/objects/list", InShort = "A listing is strongly consistent and does not see what was deleted")]
    public async Task A_token_survives_deletion_of_its_name()
    {
        await FillAsync("a", "b", "c");
        string token = (string)(await ListAsync("maxResults=1")).Json["nextPageToken"]!;
        await SendAsync(HttpMethod.Delete, Path("a"));
        (await ListAsync("pageToken=" + Uri.EscapeDataString(token))).Names.ShouldBe(["b", "c"]);
    }
}
