using System.Text;
using System.Text.Json.Nodes;
using Cairn;
using Cairn.Artifacts;
using Cairn.Catalog;

namespace Catalog.Tests.Assets;

/// <summary>Records that somebody forged, damaged or wrote with other software. They are reported, and nothing is decided on them.</summary>
public sealed class BadRecordTests
{
    /// <summary>The state that a record of an asset with two versions lies about.</summary>
    private const string Names = "\"names\":[\"x\"]";

    public static TheoryData<string> States =>
    [
        "null", "[]", "\"\"", "7",
        $$$"""{"n":"2","at":2,{{{Names}}}}""", $$$"""{"n":2.0,"at":2,{{{Names}}}}""", $$$"""{"n":-1,{{{Names}}}}""", $$$"""{"n":2147483647,"at":2,{{{Names}}}}""", $$$"""{"n":9,"at":2,{{{Names}}}}""",
        $$$"""{"n":2,"at":9,{{{Names}}}}""", $$$"""{"n":2,"at":-1,{{{Names}}}}""",
        """{"n":2,"at":2,"names":"x"}""", """{"n":2,"at":2,"names":["x",7]}""", """{"n":2,"at":2,"names":["x","a@b"]}""", """{"n":2,"at":2,"names":["x","../y"]}""",
        """{"n":2,"at":2,"names":["x","a\u202Eb"]}""", """{"n":2,"at":2,"names":["x","e\u0301"]}""", """{"n":2,"at":2,"names":["x","X"]}""", $$$"""{"n":2,"at":2,"names":["x","{{{new string('a', 256)}}}"]}""",
        $$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"a":3}}""", $$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"a":0}}""", $$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"a":null}}""",
        $$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"a":1},"deleted":"1"}""", $$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"Latest":1}}""", $$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"a":1,"A":2}}""",
        $$$"""{"n":2,"at":2,{{{Names}}},"aliases":[]}""",
        $$$"""{"n":2,"at":2,{{{Names}}},"deleted":"1-2147483647"}""", $$$"""{"n":2,"at":2,{{{Names}}},"deleted":"2,1"}""", $$$"""{"n":2,"at":2,{{{Names}}},"deleted":""}""", $$$"""{"n":2,"at":2,{{{Names}}},"deleted":7}""",
        $$$"""{"n":2,"at":2,{{{Names}}},"edited":"3"}""", $$$"""{"n":2,"at":2,{{{Names}}},"pinned":[3]}""", $$$"""{"n":2,"at":2,{{{Names}}},"pinned":[1],"deleted":"1"}""",
        $$$"""{"n":2,"at":2,{{{Names}}},"gone":"true"}""", $$$"""{"n":2,"at":2,{{{Names}}},"tags":{}}""", $$$"""{"n":2,"at":2,{{{Names}}},"type":7}""", $$$"""{"n":2,"at":2,{{{Names}}},"released":[]}""",
    ];

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_state_that_cannot_be_is_refused_by_readers_and_writers(string state)
    {
        await using var test = await BeginAsync();
        var path = await ForgeAsync(test, r => r["state"] = JsonNode.Parse(state));
        // Another machine, which remembers nothing.
        await using var other = await test.OpenAnotherAsync("u:eve");
        foreach (var call in Calls(other.Assets))
        {
            var error = await Should.ThrowAsync<StoreException>(call);
            (error.Code, error.Uri).ShouldBe((StoreErrorCode.IntegrityFailure, test.Store.GetUri(path)), $"{state}: {error.Message}");
        }
        await OthersWorkAsync(test);
    }

    public static TheoryData<string> Records => new()
    {
        "", "{}", "\0\0\0\0", "{\"v\":1,\"v\":1}", "{\"v\":2}", "\"must\":[\"folds\"]", "\"must\":\"folds\"", "\"kind\":\"name\"", "\"asset\":\"../other\"", "\"seq\":4", "\"seq\":\"3\"", "\"id\":\"3\"", "\"at\":\"now\"",
        "\"prev\":null", "\"prev\":7", "\"state\":null",
    };

    [Theory]
    [MemberData(nameof(Records))]
    public async Task A_record_that_cannot_be_is_refused_by_readers_and_writers(string bad)
    {
        await using var test = await BeginAsync();
        var path = bad.StartsWith('"') && JsonNode.Parse($"{{{bad}}}")!.AsObject().Single() is var (member, value)
            ? await ForgeAsync(test, r => r[member] = value?.DeepClone())
            : await ForgeAsync(test, _ => { });
        if (!bad.StartsWith('"'))
            await test.Store.WriteBytesAsync(path, Encoding.UTF8.GetBytes(bad), WriteMode.Replace);
        // Another machine, which remembers nothing.
        await using var other = await test.OpenAnotherAsync("u:eve");
        foreach (var call in Calls(other.Assets))
        {
            var error = await Should.ThrowAsync<StoreException>(call);
            (error.Code, error.Uri).ShouldBe((StoreErrorCode.IntegrityFailure, test.Store.GetUri(path)), $"{bad}: {error.Message}");
        }
        await OthersWorkAsync(test);
    }

    [Fact]
    public async Task A_forged_link_is_found_by_whoever_reads_both_records()
    {
        await using var test = await BeginAsync();
        var path = await ForgeAsync(test, r => r["prev"] = new string('0', 64));
        await using var other = await test.OpenAnotherAsync("u:eve");
        var error = await Should.ThrowAsync<StoreException>(async () => await other.Assets.HistoryAsync("x").CountAsync());
        (error.Code, error.Uri).ShouldBe((StoreErrorCode.IntegrityFailure, test.Store.GetUri(path)));
        error.Reason.ShouldContain("'prev'");
        // A writer reads the record before the newest one, and does not continue what is broken there.
        await using var writer = await test.OpenAnotherAsync("u:eve");
        error = await Should.ThrowAsync<StoreException>(() => writer.Assets.SaveAsync("x", "new"));
        (error.Code, error.Uri).ShouldBe((StoreErrorCode.IntegrityFailure, test.Store.GetUri(path)));
        (await Should.ThrowAsync<StoreException>(() => writer.Assets.MoveAliasAsync("x", "a", 1))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
    }

    [Fact]
    public async Task A_file_larger_than_a_record_is_not_read()
    {
        await using var test = await BeginAsync();
        var path = await ForgeAsync(test, _ => { });
        await test.Store.WriteBytesAsync(path, new byte[(1 << 20) + 1], WriteMode.Replace);
        await using var other = await test.OpenAnotherAsync("u:eve");
        var error = await Should.ThrowAsync<StoreException>(() => other.Assets.GetAsync("x"));
        error.Reason.ShouldContain("1048577 bytes");
        await OthersWorkAsync(test);
    }

    [Fact]
    public async Task A_change_that_contradicts_its_state_is_refused()
    {
        await using var test = await BeginAsync();
        // The state says that the record created version 3, and the record created none.
        await ForgeAsync(test, r => (r["state"]!["n"], r["state"]!["at"]) = (3, 3));
        await using var other = await test.OpenAnotherAsync("u:eve");
        (await Should.ThrowAsync<StoreException>(() => other.Assets.GetAsync("x"))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await Should.ThrowAsync<StoreException>(() => other.Assets.SaveAsync("x", "new"))).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        (await other.Assets.GetAsync("x:2")).Number.ShouldBe(2);
    }

    [Theory]
    [InlineData("\"owner\":\"../../blobs\"")]
    [InlineData("\"owner\":7")]
    [InlineData("\"of\":\"flow\"")]
    [InlineData("\"name\":\"y\"")]
    [InlineData("\"must\":[\"tenants\"]")]
    public async Task A_claim_that_cannot_be_is_refused(string bad)
    {
        await using var test = await BeginAsync();
        var folder = (await test.Store.ListAsync("catalog/names/asset", new() { Recursive = true }).Where(e => e.IsFile).ToListAsync()).Select(e => e.Path.Parent).Distinct().ToList();
        foreach (var path in folder.Select(f => f / "00000001.json"))
        {
            var record = JsonNode.Parse(await test.Store.ReadTextAsync(path))!.AsObject();
            if ((string)record["name"]! != "x")
                continue;
            var (member, value) = JsonNode.Parse($"{{{bad}}}")!.AsObject().Single();
            record[member] = value!.DeepClone();
            await test.Store.WriteTextAsync(path, record.ToJsonString(), WriteMode.Replace);
        }
        // Another machine, which remembers nothing.
        await using var other = await test.OpenAnotherAsync("u:eve");
        foreach (var call in Calls(other.Assets))
            (await Should.ThrowAsync<StoreException>(call)).Code.ShouldBe(StoreErrorCode.IntegrityFailure);
        await OthersWorkAsync(test);
    }

    [Theory]
    [InlineData("{\"v\":2,\"catalog\":\"01990000-0000-7000-8000-000000000000\"}", StoreErrorCode.Unsupported)]
    [InlineData("{\"v\":1}", StoreErrorCode.IntegrityFailure)]
    [InlineData("{\"v\":1,\"catalog\":\"../x\"}", StoreErrorCode.IntegrityFailure)]
    [InlineData("", StoreErrorCode.IntegrityFailure)]
    public async Task A_catalog_of_another_format_is_not_opened(string content, StoreErrorCode code)
    {
        await using var test = await BeginAsync();
        await test.Store.WriteTextAsync("catalog/format.json", content, WriteMode.Replace);
        (await Should.ThrowAsync<StoreException>(() => test.OpenAnotherAsync("u:bob"))).Code.ShouldBe(code);
    }

    [Fact]
    public async Task An_ordinary_state_is_not_refused()
    {
        await using var test = await BeginAsync();
        await ForgeAsync(test, r => r["state"] = JsonNode.Parse($$$"""{"n":2,"at":2,{{{Names}}},"aliases":{"a":1},"deleted":"2","pinned":[1],"edited":"1-2","released":{"y":1},"new":[1]}"""));
        await using var other = await test.OpenAnotherAsync("u:eve");
        (await other.Assets.GetAsync("x@a")).Number.ShouldBe(1);
    }

    /// <summary>The asset x with versions 1 and 2, and the asset y.</summary>
    private static async Task<TestCatalog> BeginAsync()
    {
        var test = await TestCatalog.OpenAsync();
        await test.Assets.SaveAsync("x", "1");
        await test.Assets.SaveAsync("x", "2");
        await test.Assets.SaveAsync("y", "1");
        return test;
    }

    private static IEnumerable<Func<Task>> Calls(AssetCollection assets) =>
    [
        () => assets.GetAssetAsync("x"), () => assets.GetAsync("x"), () => assets.GetAsync("x:1"), () => assets.GetAsync("x@a"), () => assets.LoadAsync<string>("x:1"), () => assets.SaveAsync("x", "3"),
        () => assets.SaveAsync("x", "3", new() { Mode = SaveMode.Always }), () => assets.MoveAliasAsync("x", "a", 1), () => assets.DeleteAsync("x:1"), () => assets.RenameAsync("x", "z"),
        () => assets.HistoryAsync("x").ToListAsync().AsTask(),
    ];

    /// <summary>Replaces record 3 of x, which changes nothing, by one that is altered.</summary>
    private static async Task<StorePath> ForgeAsync(TestCatalog test, Action<JsonObject> alter)
    {
        await test.Assets.UpdateAsync("x", e => e.Tag("t"));
        var path = (await test.Store.ListAsync("catalog/assets", new() { Recursive = true }).ToListAsync()).Single(e => e.Path.Name == "00000003.json").Path;
        var record = JsonNode.Parse(await test.Store.ReadTextAsync(path))!.AsObject();
        alter(record);
        await test.Store.WriteTextAsync(path, record.ToJsonString(), WriteMode.Replace);
        return path;
    }

    /// <summary>One bad record stops nobody else, lists leave nothing out, and nothing was written behind it.</summary>
    private static async Task OthersWorkAsync(TestCatalog test)
    {
        // The feed has copies of the records before they were altered.
        await test.Catalog.FlushAsync();
        await foreach (var batch in test.Store.ListAsync("catalog/feed", new() { Recursive = true }).Where(e => e.IsFile))
            await test.Store.RemoveAsync(batch.Path);
        await using var other = await test.OpenAnotherAsync("u:bob");
        (await other.Assets.SaveAsync("y", "2")).Number.ShouldBe(2);
        await other.Catalog.SyncAsync(full: true);
        (await other.Assets.ListAsync().Select(a => a.Name).ToListAsync()).ShouldBe(["x", "y"]);
        (await other.Catalog.StatusAsync()).Unreadable.ShouldBe(1);
        (await test.Store.ListAsync("catalog/assets", new() { Recursive = true }).Select(e => e.Path.Name).ToListAsync()).ShouldNotContain("00000004.json");
    }
}
