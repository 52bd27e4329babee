using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Tests.Layers;

public class CapabilityCheckDriverTests
{
    private static readonly StoreCapabilities Bare = new() { WriteModes = WriteModes.None, List = false, Directories = DirectoryKind.None, Move = MoveKind.None };

    public static TheoryData<string> Calls => [.. Operations.Keys];

    private static Dictionary<string, (Func<StoreDriver, Task> Call, Func<StoreCapabilities, StoreCapabilities> Declare)> Operations { get; } = new()
    {
        ["create"] = (d => d.PutAsync("x", [1], WriteMode.CreateNew), c => c with { WriteModes = WriteModes.CreateNew }),
        ["replace"] = (d => d.PutAsync("x", [1]), c => c with { WriteModes = WriteModes.Replace }),
        ["match"] = (async d => await d.PutAsync("a", [1], WriteMode.Match((await d.StatAsync("a", default))!.ETag!)), c => c with { WriteModes = WriteModes.Match }),
        ["content type"] = (d => Begin(d, new("x", WriteMode.Replace) { ContentType = "text/plain" }), c => c with { WriteModes = WriteModes.All, ContentType = true }),
        ["metadata"] = (
            d => Begin(d, new("x", WriteMode.Replace) { Metadata = new Dictionary<string, string> { ["k"] = "v" } }), c => c with { WriteModes = WriteModes.All, Metadata = true }),
        ["list"] = (d => d.NamesAsync(), c => c with { List = true }),
        ["delete"] = (async d => await d.DeleteAsync(new([new("a")]), default), c => c with { WriteModes = WriteModes.Replace }),
        ["copy"] = (async d => await d.CopyAsync(new("a", "b", WriteMode.CreateNew), default), c => c with { WriteModes = WriteModes.All, Copy = true }),
        ["move"] = (async d => await d.MoveAsync(new("a", "b", WriteMode.CreateNew), default), c => c with { WriteModes = WriteModes.All, Move = MoveKind.Native }),
        ["make directory"] = (async d => await d.MakeDirectoryAsync("m", default), c => c with { WriteModes = WriteModes.All, Directories = DirectoryKind.Virtual }),
        ["touch"] = (async d => await d.TouchAsync("a", default), c => c with { WriteModes = WriteModes.All, Touch = true }),
        ["list staged"] = (async d => await d.ListStagedAsync(default).ToListAsync(), c => c with { Staged = true }),
        ["remove staged"] = (async d => await d.RemoveStagedAsync(new("none", null, default, null), default), c => c with { Staged = true }),
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task What_is_declared_reaches_the_driver(string name)
    {
        var store = await StoreAsync(Operations[name].Declare(Bare));
        var before = store.Calls.Count;
        await Operations[name].Call(new CapabilityCheckDriver(store));
        if (!name.Contains("staged"))
            store.Calls.Count.ShouldBeGreaterThan(before);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task What_is_not_declared_is_refused_before_the_driver_is_asked(string name)
    {
        var store = await StoreAsync(Bare);
        var error = await Should.ThrowAsync<StoreException>(() => Operations[name].Call(new CapabilityCheckDriver(store)));
        error.Code.ShouldBe(StoreErrorCode.Unsupported);
        store.Calls.Where(c => c is not ("stat" or "begin" or "complete")).ShouldBeEmpty();
        store.Count("begin").ShouldBe(1, "the file that the test itself wrote");
    }

    [Fact]
    public async Task A_presigned_url_is_refused_where_none_is_declared()
    {
        var store = await StoreAsync(Bare);
        var error = await Should.ThrowAsync<StoreException>(
            async () => await new CapabilityCheckDriver(store).PresignAsync(new("a", PresignAccess.Read, TimeSpan.FromMinutes(1)), default));
        error.Code.ShouldBe(StoreErrorCode.Unsupported);
    }

    [Fact]
    public async Task Reading_needs_no_declaration()
    {
        var checking = new CapabilityCheckDriver(await StoreAsync(Bare));
        (await checking.GetAsync("a")).ShouldBe([1]);
        (await checking.StatAsync("a", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_mode_that_says_nothing_and_a_batch_that_is_too_large_are_misuse()
    {
        var checking = new CapabilityCheckDriver(await StoreAsync(new() { DeleteBatch = 1, Copy = true }));
        await Should.ThrowAsync<ArgumentException>(() => Begin(checking, new("x", default)));
        await Should.ThrowAsync<ArgumentException>(async () => await checking.DeleteAsync(new([new("a"), new("b")]), default));
    }

    [Fact]
    public async Task A_delete_is_bound_to_a_version_only_where_that_is_declared()
    {
        var checking = new CapabilityCheckDriver(await StoreAsync(new() { DeleteBatch = 2 }));
        (await Should.ThrowAsync<StoreException>(async () => await checking.DeleteAsync(new([new("b"), new("a") { IfMatch = "etag" }]), default))).Code.ShouldBe(StoreErrorCode.Unsupported);
        (await checking.GetAsync("a")).ShouldBe([1]);
    }

    [Fact]
    public void It_is_not_put_on_twice()
    {
        var checking = ScriptedDriver.Memory().WithCapabilityCheck();
        checking.WithCapabilityCheck().ShouldBeSameAs(checking);
    }

    private static async Task Begin(StoreDriver driver, UploadRequest request)
    {
        await using var upload = await driver.BeginUploadAsync(request, default);
    }

    private static async Task<ScriptedDriver> StoreAsync(StoreCapabilities capabilities)
    {
        var store = new ScriptedDriver(ScriptedDriver.Memory()) { Declares = _ => capabilities };
        await store.PutAsync("a", [1]);
        return store;
    }
}
