namespace Cairn.Providers.Memory.Tests;

public sealed class MemoryProviderTests
{
    [Fact]
    public async Task Stores_of_one_instance_and_name_share_their_content_and_others_share_nothing()
    {
        var provider = new MemoryProvider();
        await using var one = await ArtifactStore.OpenAsync(provider, "mem://a");
        await using var same = await ArtifactStore.OpenAsync(provider, "mem://a/below");
        await using var otherName = await ArtifactStore.OpenAsync(provider, "mem://A");
        await using var otherInstance = await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://a");
        await one.WriteTextAsync("below/f", "x", WriteMode.CreateNew);
        (await same.ReadTextAsync("f")).ShouldBe("x");
        (await otherName.ExistsAsync("below/f")).ShouldBeFalse();
        (await otherInstance.ExistsAsync("below/f")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_content_outlives_the_stores()
    {
        var provider = new MemoryProvider();
        await using (var store = await ArtifactStore.OpenAsync(provider, "mem://a"))
            await store.WriteTextAsync("f", "x", WriteMode.CreateNew);
        await using var later = await ArtifactStore.OpenAsync(provider, "mem://a");
        (await later.ReadTextAsync("f")).ShouldBe("x");
    }

    [Theory]
    [InlineData("s3://a", null)]
    [InlineData("mem://a", "many")]
    [InlineData("mem://a", "-1")]
    public async Task A_wrong_root_or_option_is_refused(string root, string? size)
    {
        var options = size is null ? null : new Dictionary<string, string> { ["max-size"] = size };
        var error = await Should.ThrowAsync<StoreException>(async () => await ArtifactStore.OpenAsync(new MemoryProvider(), root, options));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
    }

    [Fact]
    public void Its_flavor_is_known_without_running_it()
    {
        var flavor = FlavorDescriptor.Of(typeof(MemoryProvider));
        flavor.Name.ShouldBe("memory");
        flavor.Schemes.ShouldBe(["mem"]);
        flavor.Options.ShouldHaveSingleItem().ShouldSatisfyAllConditions(o => o.Name.ShouldBe("max-size"), o => o.Type.ShouldBe("size"), o => o.Default.ShouldBeNull());
    }

    [Fact]
    public async Task Times_come_from_the_clock_that_was_given()
    {
        var clock = new FixedClock();
        await using var store = new ArtifactStore(await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://a"), TimeProvider = clock }, default));
        (await store.WriteTextAsync("f", "x", WriteMode.CreateNew)).Modified.ShouldBe(clock.GetUtcNow());
        clock.Now = clock.Now.AddHours(1);
        (await store.TouchAsync("f")).Modified.ShouldBe(clock.Now);
    }

    private sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
