using System.Reflection;
using System.Reflection.Emit;
using Xunit.Sdk;
using Xunit.v3;

namespace Cairn.Conformance.Tests;

/// <summary>Runs suites of the kit over a decorated store in memory and says which of their cases turned red.</summary>
/// <remarks>The suites are found by reflection, so a suite that is added to the kit is run without being named here.</remarks>
internal static class SuiteRunner
{

    /// <summary>Every suite of the kit by name, derived for <see cref="DecoratedHarness"/>.</summary>
    public static IReadOnlyDictionary<string, Type> Suites { get; } = Derive();

    /// <summary>Runs the cases of a suite until one turns red.</summary>
    /// <param name="suite">The suite's name, or the name of one of its tests: <c>ListTests.The_order_is_that_of_UTF_8_bytes</c>.</param>
    /// <param name="decoration">What is over the store.</param>
    /// <returns>The first red case and why it is red; null when all are green.</returns>
    public static async Task<(Case Case, Exception Why)?> FindRedAsync(string suite, Decoration decoration)
    {
        foreach (var test in await CasesAsync(suite))
        {
            if (await test.RunAsync(decoration) is { } why)
                return (test, why);
        }
        return null;
    }

    public static async Task<List<Case>> CasesAsync(string suite)
    {
        var (name, method) = suite.Split('.', 2) is [var s, var m] ? (s, m) : (suite, null);
        var type = Suites.GetValueOrDefault(name) ?? throw new ArgumentException($"The kit has no suite {name}; it has {string.Join(", ", Suites.Keys)}.");
        var cases = new List<Case>();
        foreach (var test in type.GetMethods().Where(t => method is null || t.Name == method))
        {
            // Another process cannot open a store in the memory of this one.
            if (test.Name.Contains("_processes_", StringComparison.Ordinal))
                continue;
            if (test.GetCustomAttribute<FactAttribute>() is not { Explicit: false, Skip: null } fact)
                continue;
            if (fact is not TheoryAttribute)
            {
                cases.Add(new(type, test, []));
                continue;
            }
            await using var tracker = new DisposalTracker();
            foreach (var data in test.GetCustomAttributes().OfType<IDataAttribute>())
            {
                // xunit looks for the member in the class that it runs, which a class made at run time does not show.
                if (data is MemberDataAttribute { MemberType: null } member)
                    member.MemberType = test.DeclaringType;
                foreach (var row in await data.GetData(test, tracker))
                    cases.Add(new(type, test, row.GetData()));
            }
        }
        return cases.Count > 0 ? cases : throw new ArgumentException($"The kit has no tests {suite}.");
    }

    private static bool IsForStores(Type suite) => suite.GetGenericArguments()[0].GetGenericParameterConstraints().Contains(typeof(StoreHarness));

    private static SortedDictionary<string, Type> Derive()
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Derived"), AssemblyBuilderAccess.Run).DefineDynamicModule("Derived");
        var suites = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        foreach (var definition in typeof(StoreHarness).Assembly.GetExportedTypes().Where(t => t.IsAbstract && t.IsGenericTypeDefinition && t != typeof(StoreTests<>) && IsForStores(t)))
        {
            var suite = definition.MakeGenericType(typeof(DecoratedHarness));
            if (!typeof(StoreTests<DecoratedHarness>).IsAssignableFrom(suite))
                continue;
            var name = definition.Name.Split('`')[0];
            suites.Add(name, module.DefineType($"{name}Derived", TypeAttributes.Public | TypeAttributes.Sealed, suite).CreateType());
        }
        return suites;
    }
}

/// <summary>One test of a suite with its arguments.</summary>
internal sealed record Case(Type Suite, MethodInfo Method, object?[] Arguments)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs the test over a decoration.</summary>
    /// <returns>Why it is red; null when it is green or skipped.</returns>
    public async Task<Exception?> RunAsync(Decoration decoration)
    {
        try
        {
            await Task.Run(async () =>
            {
                DecoratedHarness.Current = decoration;
                await RunHereAsync();
            }).WaitAsync(Patience);
            return null;
        }
        catch (SkipException)
        {
            return null;
        }
        catch (Exception e)
        {
            return e is TargetInvocationException { InnerException: { } inner } ? inner : e;
        }
    }

    public override string ToString() =>
        Arguments.Length == 0 ? Method.Name : $"{Method.Name}({string.Join(", ", Arguments.Select(a => System.Text.Json.JsonSerializer.Serialize(a?.ToString())))})";

    private async Task RunHereAsync()
    {
        var instance = Activator.CreateInstance(Suite)!;
        await using var disposing = (IAsyncDisposable)instance;
        await ((IAsyncLifetime)instance).InitializeAsync();
        switch (Method.Invoke(instance, Arguments))
        {
            case Task task:
                await task;
                break;
            case ValueTask task:
                await task;
                break;
        }
    }
}
