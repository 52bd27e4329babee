namespace Cairn.Flows.Analyzers.Tests.Generator;

/// <summary>Which types keep their digest when they were only read.</summary>
public sealed class ImmutabilityTests
{
    private const string Types = """
        using System.Collections.Frozen;
        using System.Collections.Immutable;
        public enum Color { Red }
        public record Point(int X, string? Name);
        public record Node(int Value, Node? Next);
        public record Shape(Point Center, ImmutableArray<Point> Corners);
        public sealed record Computed(int X) { public int Twice => 2 * X; public static List<int> Cache = []; }
        public record Settable(int X) { public int Y { get; set; } }
        public record WithArray(int[] Values);
        public record WithField(int X) { private readonly List<int> _seen = []; public int Seen => _seen.Count; }
        public record DerivedOfSettable(int Z) : Settable(Z);
        public abstract record Abstract(int X);
        [System.Text.Json.Serialization.JsonDerivedType(typeof(PolymorphicList), "l")] public record Polymorphic(int X);
        public record PolymorphicList(int X, List<int> L) : Polymorphic(X);
        public class Plain { public int X { get; } }
        public struct Pair { public int A; public string B { get; set; } }
        public struct Holder { public List<int> L; }
        public struct Captured(int[] values) { public int First => values[0]; }
        """;

    [Theory]
    [InlineData("string")]
    [InlineData("bool")]
    [InlineData("decimal")]
    [InlineData("double?")]
    [InlineData("DateTime")]
    [InlineData("DateTimeOffset")]
    [InlineData("DateOnly")]
    [InlineData("TimeSpan?")]
    [InlineData("Guid")]
    [InlineData("Uri")]
    [InlineData("System.Numerics.BigInteger")]
    [InlineData("Color")]
    [InlineData("(int, Point)")]
    [InlineData("Point")]
    [InlineData("Node")]
    [InlineData("Shape")]
    [InlineData("Computed")]
    [InlineData("Pair")]
    [InlineData("ImmutableArray<string>")]
    [InlineData("ImmutableDictionary<string, Point>")]
    [InlineData("FrozenSet<int>")]
    [InlineData("FrozenDictionary<string, ImmutableArray<Shape>>")]
    [InlineData("IAsyncEnumerable<WithArray>")]
    public void What_cannot_be_modified(string type) => IsImmutable(type).ShouldBeTrue();

    [Theory]
    [InlineData("object")]
    [InlineData("int[]")]
    [InlineData("List<int>")]
    [InlineData("IReadOnlyList<int>")]
    [InlineData("System.Text.StringBuilder")]
    [InlineData("ReadOnlyMemory<int>")]
    [InlineData("Settable")]
    [InlineData("WithArray")]
    [InlineData("WithField")]
    [InlineData("DerivedOfSettable")]
    [InlineData("Abstract")]
    [InlineData("Polymorphic")]
    [InlineData("Plain")]
    [InlineData("Holder")]
    [InlineData("Captured")]
    [InlineData("(int, int[])")]
    [InlineData("ImmutableArray<int[]>")]
    [InlineData("FrozenDictionary<string, List<int>>")]
    [InlineData("Func<int>")]
    public void What_can_be(string type) => IsImmutable(type).ShouldBeFalse();

    [Fact]
    public void A_record_of_a_reference_assembly_may_hold_what_is_not_shown()
    {
        const string library = "public record Point(int X);";
        var reference = Sources.Compile(library).WithAssemblyName("Library");
        using var image = new MemoryStream();
        reference.Emit(image, options: new(metadataOnly: true, includePrivateMembers: false)).Success.ShouldBeTrue();

        var compilation = Sources.Compile("[FlowState] public partial class S { public partial Point A { get; set; } }").AddReferences(Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(image.ToArray()));

        Generation.Driver.RunGenerators(compilation).GetRunResult().GeneratedTrees.Single().ToString().ShouldContain("SlotTraits.None");
    }

    private static bool IsImmutable(string type)
    {
        var source = Generation.SourceOf(Types + $"\n[FlowState] public partial class S {{ public partial {type} A {{ get; set; }} }}");
        source.ShouldContain("StateSlot<");
        return source.Contains("SlotTraits.Immutable", StringComparison.Ordinal);
    }
}
