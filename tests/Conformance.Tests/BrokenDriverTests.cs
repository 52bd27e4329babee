using Cairn.Conformance.Tests.Broken;

namespace Cairn.Conformance.Tests;

/// <summary>The kit is itself tested: each broken driver turns its suites red, and each suite is turned red by one at least.</summary>
public class BrokenDriverTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Expected { get; } = new(Defects.All.SelectMany(d => d.Suites.Select(s => (d.Name, s))).Where(e => e.s != MemorySuite));

    /// <summary>The suite that measures the memory of the whole process.</summary>
    internal const string MemorySuite = "BigObjectTests";

    [Theory]
    [MemberData(nameof(Expected))]
    public Task A_defect_turns_its_suite_red(string defect, string suite) => TryAsync(defect, suite, output);

    internal static async Task TryAsync(string defect, string suite, ITestOutputHelper output)
    {
        var broken = Defects.All.Single(d => d.Name == defect);

        var red = await SuiteRunner.FindRedAsync(suite, broken.Decoration);

        red.ShouldNotBeNull($"{suite} is green over a driver of which is said: {broken.What}");
        output.WriteLine($"{red.Value.Case}: {red.Value.Why.Message.Split('\n')[0]}");
        (await red.Value.Case.RunAsync(Decoration.None)).ShouldBeNull("The case is red without the defect, too.");
    }

    [Fact]
    public void No_suite_is_toothless() =>
        SuiteRunner.Suites.Keys.Except(Defects.All.SelectMany(d => d.Suites)).ShouldBeEmpty("These suites have no broken driver that must turn them red.");

    [Fact]
    public void Every_defect_has_a_suite_that_finds_it() => Defects.All.Where(d => d.Suites.Count == 0).ShouldBeEmpty();

    [Fact]
    public void Every_broken_driver_of_this_assembly_is_tried() =>
        typeof(Defect).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(Defect).Namespace && !t.IsAbstract && t.IsAssignableTo(typeof(Providers.StoreDriver)))
            .Select(t => t.Name)
            .Except(Defects.All.Select(d => d.Name))
            .ShouldBeEmpty();
}

/// <summary>The defects that hold too much memory. Nothing else runs beside them: what other tests release while the suite measures would hide the growth.</summary>
[Collection(nameof(BrokenMemoryTests))]
public class BrokenMemoryTests(ITestOutputHelper output)
{
    public static TheoryData<string> Expected { get; } = new(Defects.All.Where(d => d.Suites.Contains(BrokenDriverTests.MemorySuite)).Select(d => d.Name));

    [Theory]
    [MemberData(nameof(Expected))]
    public Task A_defect_turns_the_suite_of_memory_red(string defect) => BrokenDriverTests.TryAsync(defect, BrokenDriverTests.MemorySuite, output);
}

[CollectionDefinition(nameof(BrokenMemoryTests), DisableParallelization = true)]
public sealed class AloneCollection;
