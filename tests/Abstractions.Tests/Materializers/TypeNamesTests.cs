using Cairn.Materializers;

namespace Cairn.Tests.Materializers;

public class TypeNamesTests
{
    public static class Outer<T>
    {
        public sealed class Plain;

        public sealed class Inner<TOther>
        {
            public TOther? Other { get; set; }
        }
    }

    [Theory]
    [InlineData(typeof(string), "String")]
    [InlineData(typeof(int[]), "Int32[]")]
    [InlineData(typeof(double[,,]), "Double[,,]")]
    [InlineData(typeof(int[][,]), "Int32[,][]")]
    [InlineData(typeof(Stream), "System.IO.Stream")]
    [InlineData(typeof(Dictionary<string, List<int>>), "System.Collections.Generic.Dictionary<String, System.Collections.Generic.List<Int32>>")]
    [InlineData(typeof(List<>), "System.Collections.Generic.List<T>")]
    [InlineData(typeof(NoNamespace), "NoNamespace")]
    [InlineData(typeof(TypeNamesTests), "Cairn.Tests.Materializers.TypeNamesTests")]
    [InlineData(typeof(Outer<int>.Inner<string>), "Cairn.Tests.Materializers.TypeNamesTests.Outer<T>.Inner<String>")]
    public void A_name_is_as_one_writes_it(Type type, string name) => TypeNames.Of(type).ShouldBe(name);

    [Fact]
    public void Nothing_has_no_name() => Should.Throw<ArgumentNullException>(() => TypeNames.Of(null!));
}
