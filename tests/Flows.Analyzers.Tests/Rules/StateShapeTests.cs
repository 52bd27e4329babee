namespace Cairn.Flows.Analyzers.Tests.Rules;

/// <summary>CAIRN009 and CAIRN010: what the generator cannot implement, with the reason.</summary>
public sealed class StateShapeTests
{
    [Theory]
    [InlineData("public required partial int A { get; set; }", "A cannot be an artifact: it is required, and the engine creates a state without values")]
    [InlineData("public partial int A { get; init; }", "A cannot be an artifact: its setter is init, so no step can set it")]
    [InlineData("public partial int A { get; }", "A cannot be an artifact: it has no setter, so no step can set it")]
    [InlineData("public partial int A { set; }", "A cannot be an artifact: it has no getter")]
    [InlineData("public static partial int A { get; set; }", "A cannot be an artifact: it is static, and a state belongs to one task")]
    [InlineData("public partial int this[int i] { get; set; }", "this[] cannot be an artifact: it is an indexer, which has no name of its own")]
    [InlineData("public partial ref int A { get; }", "A cannot be an artifact: it returns a reference")]
    [InlineData("internal partial int A { get; set; }", "A cannot be an artifact: it is not public; a property that belongs to one task is not partial")]
    [InlineData("public partial int _a { get; set; }", "_a cannot be an artifact: its name begins with an underscore; a property that belongs to one task is not partial")]
    [InlineData("[NotAnArtifact] public partial int A { get; set; }", "A cannot be an artifact: it is marked [NotAnArtifact]; such a property is not partial")]
    public async Task CAIRN009_a_partial_property_that_no_step_could_use(string property, string message)
    {
        var source = $"[FlowState] public partial class S {{ {property} }}";

        (await Reports.MessagesAsync(source)).ShouldBe([message]);
        (await Reports.OfAsync(source)).ShouldAllBe(static r => r.StartsWith("CAIRN009"));
    }

    [Fact]
    public async Task CAIRN009_a_property_that_overrides_or_hides_another() => (await Reports.MessagesAsync("""
        [FlowState] public partial class B { public virtual partial int A { get; set; } public partial int C { get; set; } }
        [FlowState] public partial class S : B { public override partial int A { get; set; } public new partial int C { get; set; } }
        """)).ShouldBe(["A cannot be an artifact: it overrides a property, which has a slot already", "C cannot be an artifact: B has a property of this name already"]);

    [Fact]
    public async Task CAIRN009_leaves_a_property_alone_that_the_program_implements() =>
        (await Reports.OfStateAsync("internal partial int A { get; set; } internal partial int A { get => 1; set { } }")).ShouldBeEmpty();

    [Theory]
    [InlineData("[FlowState] public class S;", "S cannot be a state: it is not partial, so its properties cannot be implemented")]
    [InlineData("[FlowState] public partial record S;", "S cannot be a state: it is a record, and a copy of a record would share its values with the original; use a class")]
    [InlineData("[FlowState] public static partial class S;", "S cannot be a state: it is static, and each task has its own state")]
    [InlineData("[FlowState] file partial class S;", "S cannot be a state: it is local to its file, and its properties are implemented in another file")]
    [InlineData("public class Outer { [FlowState] public partial class S; }", "S cannot be a state: the enclosing type Outer is not partial")]
    public async Task CAIRN010_a_class_that_cannot_be_extended(string source, string message) => (await Reports.MessagesAsync(source)).ShouldBe([message]);

    [Theory]
    [InlineData("[FlowState] public abstract partial class S;")]
    [InlineData("public partial class Outer { [FlowState] private sealed partial class S; }")]
    public async Task CAIRN010_leaves_others_alone(string source) => (await Reports.OfAsync(source)).ShouldBeEmpty();
}
