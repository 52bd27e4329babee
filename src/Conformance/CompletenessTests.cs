using Xunit;

namespace Cairn.Conformance;

/// <summary>Tests that no part of the kit is omitted silently: the test assembly derives every suite for the harness, or skips it with a reason.</summary>
/// <typeparam name="THarness">The harness of the provider.</typeparam>
public abstract class CompletenessTests<THarness>
    where THarness : StoreHarness, new()
{
    private static Dictionary<string, Type> Suites { get; } = typeof(StoreHarness).Assembly.GetExportedTypes()
        .Where(t => t.IsAbstract && t.IsGenericTypeDefinition && t != typeof(StoreTests<>) && typeof(StoreTests<THarness>).IsAssignableFrom(Close(t)))
        .ToDictionary(t => t.Name.Split('`')[0], Close);

    /// <summary>Tests that each suite has a public derived class for this harness or is in <see cref="StoreHarness.Skips"/>.</summary>
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

    /// <summary>Tests that each skip names a suite or a test of the kit and has a reason.</summary>
    [Xunit.Fact]
    public void Every_skip_names_a_suite_or_test_and_a_reason()
    {
        foreach (var (name, reason) in new THarness().Skips)
        {
            Assert.False(string.IsNullOrWhiteSpace(reason), $"The skip of {name} has no reason.");
            var (suite, test) = name.Split('.', 2) is [var s, var t] ? (s, t) : (name, null);
            Assert.True(Suites.ContainsKey(suite), $"The suite {suite}, which is in Skips, does not exist.");
            Assert.True(test is null || Suites[suite].GetMethod(test) is not null, $"The test {name}, which is in Skips, does not exist.");
        }
    }

    /// <summary>Tests that no derived suite omits, replaces or hides a test of the kit.</summary>
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
