using System.Reflection;
using Cairn.Layers;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Layers;

public class LayerOptionsTests
{
    [Fact]
    public void The_layers_options_are_taken_out_and_the_flavors_are_left()
    {
        var options = LayerOptions.Split(
            new Dictionary<string, string> { ["max-size"] = "1MiB", ["cache-path"] = "/c", ["cache-size"] = "2MiB", ["max-concurrency"] = "4", ["retry-attempts"] = "3" },
            out var flavor);
        options.ShouldBe(new() { CachePath = "/c", CacheSize = 2 << 20, MaxConcurrency = 4, RetryAttempts = 3 });
        flavor.ShouldBe(new Dictionary<string, string> { ["max-size"] = "1MiB" });
    }

    [Theory]
    [InlineData("max-concurrency", "0")]
    [InlineData("max-concurrency", "many")]
    [InlineData("max-requests-per-second", "0")]
    [InlineData("max-bytes-per-second", "0")]
    [InlineData("retry-attempts", "0")]
    [InlineData("cache-path", "")]
    [InlineData("cache-size", "1GiB")]
    [InlineData("retry-time", "1m")]
    public void A_value_that_does_not_fit_or_stands_alone_is_refused_by_name(string name, string value)
    {
        var error = Should.Throw<StoreException>(() => LayerOptions.Split(new Dictionary<string, string> { [name] = value }, out _));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        error.Message.ShouldContain(name);
    }

    [Fact]
    public void Only_the_layers_that_are_asked_for_are_put_on()
    {
        var driver = ScriptedDriver.Memory();
        new LayerOptions().Apply(driver).ShouldBeSameAs(driver);
        new LayerOptions { MaxConcurrency = 2 }.Apply(driver).ShouldBeOfType<ThrottleDriver>();
        using var folder = new CacheDirectory();
        var all = new LayerOptions { MaxConcurrency = 2, RetryAttempts = 2, CachePath = folder.Path }.Apply(driver);
        all.ShouldBeOfType<ReadCacheDriver>();
        all.GetService(typeof(RetryDriver)).ShouldNotBeNull();
        all.GetService(typeof(ThrottleDriver)).ShouldNotBeNull();
        all.GetService(driver.GetType()).ShouldBeSameAs(driver);
    }

    [Fact]
    public void Descriptors_stand_in_the_order_of_their_names_and_no_flavor_uses_one()
    {
        var names = LayerOptions.Descriptors.Select(d => d.Name).ToList();
        names.ShouldBe(names.Order(StringComparer.Ordinal));
        names.ShouldContain("cache-path");
        FlavorDescriptor.Of(typeof(MemoryProvider)).Options.Select(o => o.Name).Intersect(names).ShouldBeEmpty();
    }

    [Fact]
    public void Every_layer_is_sealed_and_a_delegating_driver()
    {
        var layers = typeof(StoreLayers).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(DelegatingStoreDriver))).ToList();
        layers.Count.ShouldBeGreaterThanOrEqualTo(6);
        layers.ShouldAllBe(t => t.IsSealed);
    }

    /// <summary>A layer that forgets one member would let calls pass it; those that every call must meet override all that reach the store.</summary>
    [Theory]
    [InlineData(typeof(ThrottleDriver))]
    [InlineData(typeof(RetryDriver))]
    [InlineData(typeof(TelemetryDriver))]
    public void A_layer_for_every_call_overrides_every_call(Type layer)
    {
        string[] local = ["get_Capabilities", "get_Place", nameof(StoreDriver.Classify), nameof(StoreDriver.GetLocalPath), nameof(StoreDriver.GetService), nameof(StoreDriver.DisposeAsync)];
        typeof(StoreDriver).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.IsVirtual && !local.Contains(m.Name))
            .Where(m => layer.GetMethod(m.Name, m.GetParameters().Select(p => p.ParameterType).ToArray())!.DeclaringType != layer)
            .Select(m => m.Name)
            .ShouldBeEmpty();
    }
}
