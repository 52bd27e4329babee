using Cairn.Materializers;

namespace Cairn.Tests.Materializers;

public class ServedTypeTests
{
    [Fact]
    public void A_served_type_says_what_it_serves()
    {
        ServedType.Any.ToString().ShouldBe("any other type");
        ServedType.Exact<string>().ToString().ShouldBe("String");
        ServedType.OpenGeneric(typeof(List<>)).ToString().ShouldBe("generic System.Collections.Generic.List<T>");
        ServedType.Base(typeof(Stream)).ToString().ShouldBe("derived from System.IO.Stream");
        ServedType.Interface(typeof(IDisposable)).ToString().ShouldBe("implements IDisposable");
        ServedType.Exact<string>().Yielding().ToString().ShouldBe("String (when named)");
        ServedType.Exact<string>().Yields.ShouldBeFalse();
        ServedType.Exact<string>().Yielding().ShouldSatisfyAllConditions(t => t.Yields.ShouldBeTrue(), t => t.Kind.ShouldBe(ServedKind.Exact), t => t.Type.ShouldBe(typeof(string)));
    }

    [Fact]
    public void A_kind_that_does_not_fit_its_type_is_refused()
    {
        Should.Throw<ArgumentException>(() => ServedType.Exact(typeof(List<>))).Message.ShouldContain("List<T> is a generic type definition");
        Should.Throw<ArgumentException>(() => ServedType.OpenGeneric(typeof(List<int>))).Message.ShouldContain("List<Int32> is not a generic type definition");
        Should.Throw<ArgumentException>(() => ServedType.Base(typeof(IDisposable))).Message.ShouldContain("IDisposable is not a class");
        Should.Throw<ArgumentException>(() => ServedType.Interface(typeof(Stream))).Message.ShouldContain("Stream is not an interface");
        Should.Throw<ArgumentNullException>(() => ServedType.Exact(null!));
    }
}
