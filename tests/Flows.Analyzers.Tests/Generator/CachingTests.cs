using Cairn.Flows.Analyzers.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Cairn.Flows.Analyzers.Tests.Generator;

/// <summary>An edit of anything but the properties of a state generates nothing again.</summary>
public sealed class CachingTests
{
    private const string State = "[FlowState] public partial class S { public partial List<int> A { get; set; } }";

    [Theory]
    [InlineData("public class Other { public void M() { } }", "public class Other { public void M() { var x = 1; } }")]
    [InlineData(State + " // one", State + " // two")]
    [InlineData(State, "\n\n" + State + " public class More;")]
    public void An_edit_elsewhere_leaves_the_model_equal(string before, string after)
    {
        var state = before.Contains(State, StringComparison.Ordinal) ? "" : State;
        var compilation = Sources.Compile(state, before);
        var driver = Generation.Driver.RunGenerators(compilation);

        driver = driver.RunGenerators(Edited(compilation, after));

        Reasons(driver, FlowStateGenerator.ModelStep).ShouldAllBe(static r => r == IncrementalStepRunReason.Cached || r == IncrementalStepRunReason.Unchanged);
        driver.GetRunResult().Results.Single().TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static s => s.Outputs)
            .ShouldAllBe(static o => o.Reason == IncrementalStepRunReason.Cached);
    }

    [Theory]
    [InlineData("[FlowState] public partial class S { public partial List<int?> A { get; set; } }")]
    [InlineData("[FlowState] public partial class S { [Secret] public partial List<int> A { get; set; } }")]
    [InlineData("[FlowState] public sealed partial class S { public partial List<int> A { get; set; } }")]
    [InlineData("[FlowState] public partial class S { public partial List<int> A { get; set; } public partial int B { get; set; } }")]
    public void An_edit_of_the_state_generates_it_again(string after)
    {
        var compilation = Sources.Compile(State);
        var driver = Generation.Driver.RunGenerators(compilation);

        driver = driver.RunGenerators(Edited(compilation, after));

        Reasons(driver, FlowStateGenerator.ModelStep).ShouldBe([IncrementalStepRunReason.Modified]);
    }

    private static CSharpCompilation Edited(CSharpCompilation compilation, string last) =>
        compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[^1], CSharpSyntaxTree.ParseText(last, Sources.ParseOptions, compilation.SyntaxTrees[^1].FilePath, System.Text.Encoding.UTF8));

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorDriver driver, string step) =>
        driver.GetRunResult().Results.Single().TrackedSteps[step].SelectMany(static s => s.Outputs).Select(static o => o.Reason);
}
