namespace Cairn.Flows.Analyzers.Tests.Rules;

/// <summary>CAIRN001 to CAIRN004 and CAIRN008: each reports what it should, and nothing else.</summary>
public sealed class StateRuleTests
{
    private static string Property(string type, string name = "A") => $"public partial {type} {name} {{ get; set; }}";

    [Theory]
    [InlineData("object")]
    [InlineData("dynamic")]
    [InlineData("IModel")]
    [InlineData("AbstractModel")]
    [InlineData("IComparable")]
    [InlineData("System.Reflection.MemberInfo")]
    [InlineData("System.Text.Json.Nodes.JsonNode")]
    [InlineData("Span<int>")]
    [InlineData("int*")]
    public async Task CAIRN001_what_nothing_can_save(string type) =>
        (await Reports.OfStateAsync("unsafe " + Property(type).Replace("public", "", StringComparison.Ordinal).Insert(0, "public "), "interface IModel; abstract class AbstractModel;")).ShouldBe(["CAIRN001 A"]);

    [Theory]
    [InlineData("int")]
    [InlineData("string?")]
    [InlineData("byte[]")]
    [InlineData("double[]")]
    [InlineData("float[,]")]
    [InlineData("List<int>")]
    [InlineData("IReadOnlyList<string>")]
    [InlineData("IEnumerable<int>")]
    [InlineData("IAsyncEnumerable<int>")]
    [InlineData("FileInfo")]
    [InlineData("DirectoryInfo")]
    [InlineData("Plain")]
    [InlineData("(int, string)")]
    [InlineData("IServed")]
    [InlineData("ServedBase")]
    [InlineData("DerivedOfServed")]
    [InlineData("IByProgram")]
    [InlineData("ByLambda")]
    [InlineData("Polymorphic")]
    [InlineData("Cairn.Materializers.NdArray")]
    [InlineData("System.Text.Json.JsonElement")]
    [InlineData("System.Text.Json.Nodes.JsonObject")]
    public async Task CAIRN001_leaves_alone_what_a_materializer_may_serve(string type) =>
        (await Reports.OfStateAsync(Property(type), """
            public class Plain;
            public interface IServed;
            public abstract class ServedBase;
            public abstract class DerivedOfServed : ServedBase;
            public interface IByProgram;
            public abstract class ByLambda;
            [System.Text.Json.Serialization.JsonDerivedType(typeof(Poly), "p")] public abstract class Polymorphic;
            public class Poly : Polymorphic;
            abstract class ServedMaterializer : Cairn.Materializers.Materializer<IServed>;
            abstract class BaseMaterializer : Cairn.Materializers.Materializer<ServedBase>;
            static class Registration
            {
                static void Register(Cairn.Materializers.MaterializerRegistry registry) => registry
                    .Add<IByProgram>("a", "b", null!, null!)
                    .AddLocalFile("a", "b", "c", (ByLambda value, string path) => { }, static path => null!);
            }
            """)).ShouldBeEmpty();

    [Fact]
    public async Task CAIRN001_says_why() =>
        (await Reports.MessagesAsync("[FlowState] public partial class S { public partial object A { get; set; } }")).ShouldBe([
            "A is of type object, and the type that it has to be loaded as is unknown, so a step that sets it fails when it ends: use a type that can be saved, or mark the property [NotAnArtifact]"]);

    [Theory]
    [InlineData("public int A { get; set; }")]
    [InlineData("public virtual string? A { get => null; set { } }")]
    [InlineData("public int A { internal get; set; } = 1;")]
    public async Task CAIRN002_what_can_be_set_and_is_not_saved(string property) => (await Reports.OfStateAsync(property)).ShouldBe(["CAIRN002 A"]);

    [Theory]
    [InlineData("public partial int A { get; set; }")]
    [InlineData("[NotAnArtifact] public int A { get; set; }")]
    [InlineData("public int A { get; }")]
    [InlineData("public int A => 1;")]
    [InlineData("public int A { get; private set; }")]
    [InlineData("public int A { get; init; }")]
    [InlineData("internal int A { get; set; }")]
    [InlineData("public int _a { get; set; }")]
    [InlineData("public static int A { get; set; }")]
    [InlineData("public int this[int i] { get => i; set { } }")]
    public async Task CAIRN002_leaves_alone_what_is_an_artifact_or_private(string property) => (await Reports.OfStateAsync(property)).ShouldBeEmpty();

    [Theory]
    [InlineData("Stream")]
    [InlineData("FileStream?")]
    [InlineData("StreamReader")]
    [InlineData("Microsoft.Win32.SafeHandles.SafeFileHandle")]
    [InlineData("ManualResetEvent")]
    [InlineData("System.Data.Common.DbConnection")]
    [InlineData("System.Net.Http.HttpClient")]
    [InlineData("System.Net.Sockets.Socket")]
    [InlineData("Func<int, int>")]
    [InlineData("Action")]
    [InlineData("Delegate")]
    [InlineData("CancellationToken")]
    [InlineData("CancellationToken?")]
    [InlineData("CancellationTokenSource")]
    [InlineData("Task<int>")]
    [InlineData("ValueTask")]
    [InlineData("List<Stream>")]
    [InlineData("Action[]")]
    [InlineData("Dictionary<string, List<Func<int>>>")]
    public async Task CAIRN003_what_belongs_to_the_process(string type) => (await Reports.OfStateAsync(Property(type))).ShouldBe(["CAIRN003 A"]);

    [Theory]
    [InlineData("byte[]")]
    [InlineData("FileInfo")]
    [InlineData("List<string>")]
    [InlineData("Func")]
    public async Task CAIRN003_leaves_content_alone(string type) => (await Reports.OfStateAsync(Property(type), "public class Func;")).ShouldBeEmpty();

    [Theory]
    [InlineData("string", "Password")]
    [InlineData("string?", "DbPassword")]
    [InlineData("string", "ApiKey")]
    [InlineData("string", "ApiToken")]
    [InlineData("byte[]", "PrivateKey")]
    [InlineData("char[]", "Passphrase")]
    [InlineData("ReadOnlyMemory<byte>", "ClientSecret")]
    [InlineData("string", "db_password")]
    [InlineData("string", "ConnectionString")]
    public async Task CAIRN004_what_is_named_like_a_secret(string type, string name) => (await Reports.OfStateAsync(Property(type, name))).ShouldBe([$"CAIRN004 {name}"]);

    [Theory]
    [InlineData("int", "Token")]
    [InlineData("string[]", "Tokens")]
    [InlineData("string", "Tokenizer")]
    [InlineData("string", "TokenName")]
    [InlineData("string", "Subtoken")]
    [InlineData("int[]", "Secret")]
    [InlineData("ReadOnlyMemory<int>", "Token")]
    public async Task CAIRN004_leaves_other_names_and_types_alone(string type, string name) => (await Reports.OfStateAsync(Property(type, name))).ShouldBeEmpty();

    [Fact]
    public async Task CAIRN004_leaves_a_marked_secret_alone() => (await Reports.OfStateAsync("[Secret] " + Property("string", "Password"))).ShouldBeEmpty();

    [Fact]
    public async Task CAIRN008_names_that_differ_only_by_case() =>
        (await Reports.OfStateAsync(Property("int", "Rate") + Property("int", "rate"))).ShouldBe(["CAIRN008 rate"]);

    [Fact]
    public async Task CAIRN008_also_in_a_base_class() =>
        (await Reports.OfAsync("[FlowState] public partial class B { public partial int Rate { get; set; } } [FlowState] public partial class S : B { public partial int RATE { get; set; } }")).ShouldBe(["CAIRN008 RATE"]);

    [Theory]
    [InlineData("public partial int Rate { get; set; } public partial int Rates { get; set; }")]
    [InlineData("public partial int Rate { get; set; } internal int rate { get; set; }")]
    public async Task CAIRN008_leaves_other_names_alone(string members) => (await Reports.OfStateAsync(members)).ShouldBeEmpty();

    [Fact]
    public async Task A_class_that_is_no_state_is_left_alone() =>
        (await Reports.OfAsync("public class S { public object A { get; set; } = 1; public Stream? Password { get; set; } }")).ShouldBeEmpty();
}
