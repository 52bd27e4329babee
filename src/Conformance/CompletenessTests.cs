using Xunit;

namespace Cairn.Conformance;

/// <summary>Nothing of the kit is left out silently: every suite is derived for the harness in the test assembly, or skipped as a whole with a reason.</summary>
/// <typeparam name="THarness">The provider's harness.</typeparam>
public abstract class CompletenessTests<THarness>
    where THarness : StoreHarness, new()
{
    private static Dictionary<string, Type> Suites { get; } = typeof(StoreHarness).Assembly.GetExportedTypes()
        .Where(t => t.IsAbstract && t.IsGenericTypeDefinition && t != typeof(StoreTests<>) && typeof(StoreTests<THarness>).IsAssignableFrom(Close(t)))
        .ToDictionary(t => t.Name.Split('`')[0], Close);

    /// <summary>Each suite has a public class of its own for this harness, or stands in <see cref="StoreHarness.Skips"/>.</summary>
    [Xunit.Fact]
    public void Every_suite_is_derived_or_skipped_with_a_reason()
    {
        var derived = GetType().Assembly.GetExportedTypes().Where(t => !t.IsAbstract).ToList();
        var skips = new THarness().Skips;
        var missing = Suites
            .Where(s => !skips.ContainsKey(s.Key) && !derived.Exists(s.Value.IsAssignableFrom))
            .Select(s => $"public sealed class {s.Key.Replace("Tests", "", StringComparison.Ordinal)} : {s.Key}<{typeof(THarness).Name}>;")
            .ToList();
        Assert.True(Suites.Count > 0, "The kit has no suites.");
        Assert.False(missing.Count > 0, $"These suites are neither derived nor in Skips. Add these lines, or skips with reasons:\n{string.Join('\n', missing)}");
    }

    /// <summary>Each skip names a suite or a test of the kit and gives a reason.</summary>
    [Xunit.Fact]
    public void Every_skip_names_a_suite_or_test_and_a_reason()
    {
        foreach (var (name, reason) in new THarness().Skips)
        {
            Assert.False(string.IsNullOrWhiteSpace(reason), $"The skip of {name} gives no reason.");
            var (suite, test) = name.Split('.', 2) is [var s, var t] ? (s, t) : (name, null);
            Assert.True(Suites.ContainsKey(suite), $"There is no suite {suite} to skip.");
            Assert.True(test is null || Suites[suite].GetMethod(test) is not null, $"There is no test {name} to skip.");
        }
    }

    /// <summary>No derived suite leaves out, replaces or hides a test of the kit.</summary>
    [Xunit.Fact]
    public void No_derived_suite_hides_a_test()
    {
        foreach (var suite in Suites.Values)
        {
            foreach (var derived in GetType().Assembly.GetExportedTypes().Where(t => !t.IsAbstract && suite.IsAssignableFrom(t)))
            {
                var tests = suite.GetMethods().Where(m => m.IsDefined(typeof(Xunit.FactAttribute), true)).Select(m => m.Name).ToList();
                Assert.NotEmpty(tests);
                Assert.All(tests, name => Assert.True(derived.GetMethod(name)?.DeclaringType == suite, $"{derived.Name} hides {suite.Name}.{name}."));
            }
        }
    }

    private static Type Close(Type suite) => suite.GetGenericArguments().Length == 1 && suite.BaseType is { IsGenericType: true } ? suite.MakeGenericType(typeof(THarness)) : suite;
}
