using System.Diagnostics;
using System.Reflection;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Conformance.Tests;

/// <summary>A driver that hangs does not hang the run: its test fails under its own name.</summary>
public sealed class TimeLimitTests
{
    [Fact]
    public void Every_test_of_the_kit_that_waits_has_a_time_limit()
    {
        var tests = typeof(StoreHarness).Assembly.GetExportedTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Select(m => (Method: m, Fact: m.GetCustomAttribute<FactAttribute>()))
            .Where(t => t.Fact is not null && t.Method.ReturnType != typeof(void))
            .ToList();
        tests.Count.ShouldBeGreaterThan(200);
        tests.Where(t => t.Fact!.Timeout <= 0).Select(t => $"{t.Method.DeclaringType!.Name}.{t.Method.Name}").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("waits")]
    [InlineData("blocks")]
    public async Task A_test_that_hangs_fails_under_its_name(string how)
    {
        var program = Path.Join(AppContext.BaseDirectory, "Conformance.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program, ["-method", $"*{nameof(Hanging)}.{nameof(Hanging.What_is_missing_is_nothing)}", "-noColor", "-noLogo"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment[HangingHarness.Variable] = how;
        start.Environment["CAIRN_KIT_TIMEOUT"] = "3";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(3));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
        var said = await output + await errors;
        process.ExitCode.ShouldNotBe(0, said);
        said.ShouldContain($"{nameof(Hanging)}.{nameof(Hanging.What_is_missing_is_nothing)} [FAIL]");
        said.ShouldContain("timed out after 3000 milliseconds");
    }
}

/// <summary>A suite over a store that hangs; skipped unless <see cref="TimeLimitTests"/> has started the process.</summary>
public sealed class Hanging : ExistsTests<HangingHarness>;

public sealed class HangingHarness : StoreHarness
{
    public const string Variable = "CAIRN_KIT_HANGS";

    private static readonly string? How = Environment.GetEnvironmentVariable(Variable);

    public override IReadOnlyDictionary<string, string> Skips { get; } =
        How is null ? new Dictionary<string, string> { ["ExistsTests"] = "The store hangs: TimeLimitTests runs it in a separate process." } : new Dictionary<string, string>();

    protected override ValueTask<StoreDriver> ConnectAsync(CancellationToken cancellationToken) =>
        new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse("mem://hanging") }, cancellationToken);

    protected override StoreDriver Decorate(StoreDriver driver) => new HangingDriver(driver);

    private sealed class HangingDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
    {
        public override async ValueTask<StoreEntry?> StatAsync(StorePath path, CancellationToken cancellationToken)
        {
            if (How == "blocks")
                Thread.Sleep(Timeout.Infinite);
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return null;
        }
    }
}
