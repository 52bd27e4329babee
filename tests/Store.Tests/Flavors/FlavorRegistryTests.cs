using Cairn.Flavors;
using Cairn.Providers;

namespace Cairn.Tests.Workspaces;

public sealed class FlavorRegistryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Flavors_are_found_by_name_and_by_scheme()
    {
        var flavors = SampleFlavors.Create();

        flavors.List().Select(f => f.Name).ShouldBe(["cloud", "local"]);
        flavors.Contains("cloud").ShouldBeTrue();
        flavors.FlavorOfScheme("cls").ShouldBe("cloud");
        flavors.FlavorOfScheme("nope").ShouldBeNull();
        Should.Throw<StoreException>(() => flavors.RequireFlavorOfScheme("nope")).Message.ShouldContain("cl://, cls://, file://");
        Should.Throw<StoreException>(() => flavors.Describe("nope")).Message.ShouldContain("available: cloud, local");
    }

    [Fact]
    public void A_name_or_scheme_belongs_to_one_flavor()
    {
        var flavors = SampleFlavors.Create();

        Should.Throw<ArgumentException>(() => flavors.Add(new SampleFlavors.CloudLike()));
        Should.Throw<ArgumentException>(() => flavors.Add("other", ["file"], () => throw new InvalidOperationException(), _ => throw new InvalidOperationException()))
            .Message.ShouldContain("'local'");
    }

    [Fact]
    public async Task What_a_plugin_brings_is_described_and_loaded_once_and_only_when_asked_for()
    {
        var (described, loaded) = (0, 0);
        var flavors = new FlavorRegistry().Add(
            "late",
            ["lt"],
            () =>
            {
                Interlocked.Increment(ref described);
                return new FlavorDescriptor("late", ["lt"], "Late.", []);
            },
            async cancellationToken =>
            {
                Interlocked.Increment(ref loaded);
                await Task.Delay(20, cancellationToken);
                return new SampleFlavors.CloudLike();
            });

        flavors.FlavorOfScheme("lt").ShouldBe("late");
        (described, loaded).ShouldBe((0, 0));
        flavors.Describe("late").Description.ShouldBe("Late.");
        flavors.List().Count.ShouldBe(1);
        var providers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => flavors.GetProviderAsync("late", Cancel).AsTask()));
        providers.Distinct().Count().ShouldBe(1);
        (described, loaded).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_failed_load_is_tried_again()
    {
        var tries = 0;
        var flavors = new FlavorRegistry().Add("late", ["lt"], () => throw new InvalidOperationException("no"), _ =>
            tries++ == 0 ? throw new StoreException(StoreErrorCode.Unavailable, "not yet") : ValueTask.FromResult<IStoreProvider>(new SampleFlavors.LocalLike()));

        await Should.ThrowAsync<StoreException>(async () => await flavors.GetProviderAsync("late", Cancel));
        (await flavors.GetProviderAsync("late", Cancel)).ShouldBeOfType<SampleFlavors.LocalLike>();
    }
}
