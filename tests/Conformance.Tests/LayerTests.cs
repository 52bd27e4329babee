using Cairn.Layers;
using Cairn.Providers;

namespace Cairn.Conformance.Tests;

/// <summary>Every suite of the kit over a store in memory under each layer: a layer changes nothing of what holds.</summary>
public sealed class LayerTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Path.Join(Path.GetTempPath(), $"cairn-layers-{Guid.NewGuid():N}");

    public static TheoryData<string, string> Runs { get; } = new(Names.SelectMany(layer => SuiteRunner.Suites.Keys.Select(suite => (layer, suite))));

    private static string[] Names => ["prefix", "capability check", "telemetry", "retry", "throttle", "read cache", "all"];

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_suite_is_green_under_a_layer(string layer, string suite)
    {
        var decoration = Of(layer);
        var red = new List<string>();
        var cases = await SuiteRunner.CasesAsync(suite);
        foreach (var test in cases)
        {
            if (await test.RunAsync(decoration) is { } why)
                red.Add($"{test}: {why}");
        }
        output.WriteLine($"{cases.Count} cases");
        red.ShouldBeEmpty();
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private Decoration Of(string layer) => layer switch
    {
        "prefix" => new(driver => driver.WithPrefix("below/a prefix"), "below/a prefix", Below: (driver, path) => driver.WithPrefix(path)),
        "capability check" => new(driver => driver.WithCapabilityCheck()),
        "telemetry" => new(driver => driver.WithTelemetry()),
        "retry" => new(driver => driver.WithRetry(Quick)),
        "throttle" => new(driver => driver.WithThrottle(Wide)),
        "read cache" => new(Cached),
        _ => new(driver => Cached(driver.WithThrottle(Wide).WithRetry(Quick)).WithTelemetry().WithCapabilityCheck()),
    };

    private static RetryOptions Quick => new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) };

    private static ThrottleOptions Wide => new() { MaxConcurrency = 8, RequestsPerSecond = 1_000_000, BytesPerSecond = 1L << 40 };

    private StoreDriver Cached(StoreDriver driver) => driver.WithReadCache(new ReadCacheOptions { Directory = _folder, MaxBytes = 64L << 20 });
}
