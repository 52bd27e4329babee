using Cairn.Flows.Analyzers.Tests.Rules;
using Cairn.Flows.CodeFixes;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Cairn.Flows.Analyzers.Tests.CodeFixes;

/// <summary>What each fix makes of a source, and that the rule is silent afterwards.</summary>
public sealed class CodeFixTests
{
    private const string Mark = "Mark the property [NotAnArtifact]";

    private static string State(string property) => $"[FlowState]\npublic partial class S\n{{\n    {property}\n}}\n";

    [Theory]
    [InlineData("CAIRN001", Mark, "public partial object A { get; set; }", "[NotAnArtifact]\n    public object A { get; set; }")]
    [InlineData("CAIRN001", Mark, "/// <summary>Doc.</summary>\n    [Obsolete]\n    public partial object A { get; set; }", "/// <summary>Doc.</summary>\n    [NotAnArtifact]\n    [Obsolete]\n    public object A { get; set; }")]
    [InlineData("CAIRN002", Mark, "public int A { get; set; } = 1;", "[NotAnArtifact]\n    public int A { get; set; } = 1;")]
    [InlineData("CAIRN002", "Make the property an artifact", "public int A { get; set; }", "public partial int A { get; set; }")]
    [InlineData("CAIRN003", Mark, "public partial Stream A { get; set; }", "[NotAnArtifact]\n    public Stream A { get; set; }")]
    [InlineData("CAIRN004", "Mark the property [Secret]", "public partial string Password { get; set; }", "[Secret]\n    public partial string Password { get; set; }")]
    [InlineData("CAIRN008", "Rename the property to rate3", "public partial int Rate { get; set; }\n    public partial int rate { get; set; }\n    int Rate2() => rate;", "public partial int Rate { get; set; }\n    public partial int rate3 { get; set; }\n    int Rate2() => rate3;")]
    [InlineData("CAIRN009", "Remove 'static'", "public static partial int A { get; set; }", "public partial int A { get; set; }")]
    [InlineData("CAIRN009", "Remove 'partial'", "internal partial int A { get; set; }", "internal int A { get; set; }")]
    [InlineData("CAIRN009", "Remove 'partial'", "[NotAnArtifact] public partial int A { get; set; }", "[NotAnArtifact] public int A { get; set; }")]
    [InlineData("CAIRN009", "Let steps read and set the property", "public partial int A { get; init; }", "public partial int A { get; set; }")]
    [InlineData("CAIRN009", "Let steps read and set the property", "public required partial int A { get; }", "public partial int A { get; set; }")]
    [InlineData("CAIRN009", "Let steps read and set the property", "public partial int A { set; }", "public partial int A { get; set; }")]
    public async Task The_declaration_of_a_property(string rule, string title, string before, string after)
    {
        var result = await Fixing.FixedAsync(rule, title, State(before));

        result.ShouldBe(State(after));
        (await Reports.OfAsync(result)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[FlowState] public class S;", "[FlowState] public partial class S;")]
    [InlineData("[FlowState] class S;", "[FlowState] partial class S;")]
    [InlineData("public static class Outer\n{\n    class Inner { [FlowState] public sealed class S; }\n}", "public static partial class Outer\n{\n    partial class Inner { [FlowState] public sealed partial class S; }\n}")]
    public async Task CAIRN010_makes_a_class_and_its_enclosing_types_partial(string before, string after)
    {
        var result = await Fixing.FixedAsync("CAIRN010", "Make the class partial", before);

        result.ShouldBe(after);
        (await Reports.OfAsync(result)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("CAIRN002", "public int A { get; set; } = 1;", new[] { Mark })]
    [InlineData("CAIRN002", "public int A { get => 1; set { } }", new[] { Mark })]
    [InlineData("CAIRN009", "public partial ref int A { get; }", new string[0])]
    [InlineData("CAIRN010", null, new string[0])]
    public async Task Where_a_fix_would_lose_something_it_is_not_offered(string rule, string? property, string[] titles) =>
        (await Fixing.TitlesAsync(rule, property is null ? "[FlowState] public static partial class S;" : State(property))).ShouldBe(titles);

    [Theory]
    [InlineData("int", "s => s.Set", "s => s.Set.Order()")]
    [InlineData("int", "s => s.Set.Select(i => i + 1)", "s => s.Set.Order().Select(i => i + 1)")]
    [InlineData("string", "s => s.Map.Keys", "s => s.Map.Keys.Order(StringComparer.Ordinal)")]
    [InlineData("KeyValuePair<string, int>", "s => s.Map", "s => s.Map.OrderBy(static p => p.Key, StringComparer.Ordinal)")]
    [InlineData("KeyValuePair<int, int>", "s => new Dictionary<int, int>()", "s => new Dictionary<int, int>().OrderBy(static p => p.Key)")]
    [InlineData("string", "s => ((IReadOnlyDictionary<string, int>)s.Map).Keys", "s => ((IReadOnlyDictionary<string, int>)s.Map).Keys.Order(StringComparer.Ordinal)")]
    public Task CAIRN006_sorts_the_items(string item, string before, string after) =>
        FixesFlowAsync("CAIRN006", "Sort the items", $""".ForEach<{item}>("a", {before}, (s, i, c) => s.A = 1)""", $""".ForEach<{item}>("a", {after}, (s, i, c) => s.A = 1)""");

    [Theory]
    [InlineData(""".Step("a", (s, c) => s.A = DateTime.Now.Year, new() { Cache = StepCache.On("1") })""", """.Step("a", (s, c) => s.A = DateTime.Now.Year)""")]
    [InlineData(""".Step("a", (s, c) => s.A = DateTime.Now.Year, new() { Retry = new(3), Cache = StepCache.On("1") })""", """.Step("a", (s, c) => s.A = DateTime.Now.Year, new() { Retry = new(3) })""")]
    [InlineData(""".Step("a", (s, c) => s.A = DateTime.Now.Year, new StepOptions() with { Cache = StepCache.On("1") })""", """.Step("a", (s, c) => s.A = DateTime.Now.Year, new StepOptions())""")]
    public Task CAIRN007_removes_the_cache(string before, string after) => FixesFlowAsync("CAIRN007", "Do not cache the step", before, after);

    [Fact]
    public async Task CAIRN005_passes_the_variable_in_a_property_of_the_state()
    {
        var before = Reports.FlowSource(""".Step("a", (s, c) => { total++; total += s.A; }).Step("b", (state, _) => state.A = total)""", "int total = 0;");

        var result = await Fixing.FixedAsync("CAIRN005", "Pass 'total' in the property Total of S", before);

        result.ShouldContain("""Step("a", (s, c) => { s.Total++; s.Total += s.A; }).Step("b", (state, _) => state.A = state.Total)""");
        result.ShouldStartWith("""
            [FlowState] public partial class S
            {
                public partial int A { get; set; }
                public partial List<int> Items { get; set; }
                public partial HashSet<int> Set { get; set; }
                public partial Dictionary<string, int> Map { get; set; }
                public partial int Total { get; set; }
            }

            """);
        (await Reports.OfAsync(result)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_rule_has_a_fix()
    {
        var rules = new Analyzers.Rules.StateAnalyzer().SupportedDiagnostics.Concat(new Analyzers.Rules.FlowAnalyzer().SupportedDiagnostics).Select(static d => d.Id);
        var fixes = typeof(PropertyFixes).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(CodeFixProvider))).Select(static t => (CodeFixProvider)Activator.CreateInstance(t)!);

        fixes.SelectMany(static f => f.FixableDiagnosticIds).ShouldBe(rules, ignoreOrder: true);
        fixes.ShouldAllBe(static f => f.GetType().IsDefined(typeof(ExportCodeFixProviderAttribute), false));
    }

    private static async Task FixesFlowAsync(string rule, string title, string before, string after)
    {
        var result = await Fixing.FixedAsync(rule, title, Reports.FlowSource(before));

        result.ShouldBe(Reports.FlowSource(after));
        (await Reports.OfAsync(result)).ShouldBeEmpty();
    }
}
