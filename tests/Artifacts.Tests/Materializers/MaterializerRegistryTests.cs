using Cairn.Materializers;

namespace Cairn.Tests.Materializers;

public sealed class MaterializerRegistryTests
{
    [Fact]
    public void The_closest_way_wins_whatever_the_order_of_registration()
    {
        Materializer[] all = [
            Serving("any", ServedType.Any),
            Serving("interface", ServedType.Interface(typeof(ICollection<>))),
            Serving("far", ServedType.Base(typeof(Animal))),
            Serving("near", ServedType.Base(typeof(Dog))),
            Serving("open", ServedType.OpenGeneric(typeof(List<>))),
            Serving("exact", ServedType.Exact<List<int>>()),
        ];
        foreach (var order in new[] { all, [.. all.Reverse()] })
        {
            var registry = new MaterializerRegistry();
            foreach (var materializer in order)
                registry.Add(materializer);
            registry.Resolve(typeof(List<int>)).Id.ShouldBe("exact");
            registry.Resolve(typeof(List<string>)).Id.ShouldBe("open");
            registry.Resolve(typeof(Poodle)).Id.ShouldBe("near");
            registry.Resolve(typeof(Cat)).Id.ShouldBe("far");
            registry.Resolve(typeof(HashSet<int>)).Id.ShouldBe("interface");
            registry.Resolve(typeof(ICollection<int>)).Id.ShouldBe("interface");
            registry.Resolve(typeof(DateTime)).Id.ShouldBe("any");
            registry.Explain(typeof(List<int>)).ToString().ShouldBe("""
                System.Collections.Generic.List<Int32>: exact exactly (program)
                  before open as generic System.Collections.Generic.List<T> (program)
                  before interface by interface System.Collections.Generic.ICollection<T> (program)
                  before any as it serves any type (program)
                """);
        }
    }

    [Fact]
    public void The_program_goes_before_plugins_and_these_before_what_is_built_in()
    {
        var registry = new MaterializerRegistry()
            .Add(Serving("x", ServedType.Exact<int>()), MaterializerOrigin.BuiltIn)
            .Add(Serving("p", ServedType.Any), MaterializerOrigin.Plugin);
        registry.Resolve(typeof(int)).Id.ShouldBe("p");
        var mine = Serving("x", ServedType.Any);
        registry.Add(mine);
        registry.Resolve(typeof(int)).ShouldBeSameAs(mine);
        registry.TryGet("x", out var found).ShouldBeTrue();
        found.ShouldBeSameAs(mine);
    }

    [Fact]
    public void Two_that_are_as_good_are_an_error_that_names_both()
    {
        var registry = new MaterializerRegistry()
            .Add(Serving("walks", ServedType.Interface(typeof(IWalks))))
            .Add(Serving("barks", ServedType.Interface(typeof(IBarks))));
        var error = Should.Throw<MaterializationException>(() => registry.Resolve(typeof(Dog)));
        error.Message.ShouldContain("walks by interface");
        error.Message.ShouldContain("barks by interface");
        registry.Explain(typeof(Dog)).Chosen.ShouldBeNull();
        registry.Explain(typeof(Dog)).ToString().ShouldContain("ambiguous between barks");
        registry.Add(Serving("dog", ServedType.Exact<Dog>())).Resolve(typeof(Dog)).Id.ShouldBe("dog");
    }

    [Fact]
    public void An_interface_goes_before_those_that_it_extends()
    {
        var registry = new MaterializerRegistry()
            .Add(Serving("sequence", ServedType.Interface(typeof(IEnumerable<>))))
            .Add(Serving("list", ServedType.Interface(typeof(IList<>))));
        registry.Resolve(typeof(List<int>)).Id.ShouldBe("list");
        registry.Resolve(typeof(HashSet<int>)).Id.ShouldBe("sequence");
    }

    [Fact]
    public void Who_can_not_serve_a_type_after_all_is_not_chosen()
    {
        var registry = new MaterializerRegistry().Add(new Fake("odd", [ServedType.Any], t => t != typeof(int)));
        Should.Throw<MaterializationException>(() => registry.Resolve(typeof(int))).Message.ShouldContain("no materializer serves Int32");
        registry.Resolve(typeof(long)).Id.ShouldBe("odd");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("a b")]
    [InlineData("a/b")]
    public void What_is_no_id_is_refused(string id) =>
        Should.Throw<ArgumentException>(() => new MaterializerRegistry().Add(Serving(id, ServedType.Any)));

    [Fact]
    public void Misuse_is_refused()
    {
        var registry = new MaterializerRegistry().Add(Serving("a", ServedType.Any));
        Should.Throw<ArgumentException>(() => registry.Add(Serving("a", ServedType.Any))).Message.ShouldContain("already");
        Should.Throw<ArgumentException>(() => registry.Add(Serving("b")));
        Should.Throw<ArgumentException>(() => ServedType.OpenGeneric(typeof(int)));
        Should.Throw<ArgumentException>(() => ServedType.Base(typeof(IWalks)));
        Should.Throw<ArgumentException>(() => ServedType.Interface(typeof(Dog)));
        Should.Throw<ArgumentException>(() => ServedType.Exact(typeof(List<>)));
    }

    [Fact]
    public void An_extension_takes_the_place_of_what_it_extends_and_can_be_extended()
    {
        var inner = new List<Materializer>();
        var registry = new MaterializerRegistry().Add(Serving("a", ServedType.Exact<int>()), MaterializerOrigin.BuiltIn)
            .Extend("a", m => Over(m, ServedType.Exact<int>(), ServedType.Exact<string>()))
            .Extend("a", m => Over(m, ServedType.Exact<int>(), ServedType.Exact<string>(), ServedType.Exact<long>()));
        inner.Count.ShouldBe(2);
        registry.TryGet("a", out var now).ShouldBeTrue();
        foreach (var type in new[] { typeof(int), typeof(string), typeof(long) })
            registry.Resolve(type).ShouldBeSameAs(now);
        inner[1].Types.Count.ShouldBe(2, "the second is made over the first");
        registry.List().Count(r => r.Origin == MaterializerOrigin.Program).ShouldBe(1);

        Should.Throw<ArgumentException>(() => registry.Extend("b", m => m)).Message.ShouldContain("no materializer b");
        Should.Throw<ArgumentException>(() => registry.Extend("a", _ => Serving("b", ServedType.Any))).Message.ShouldContain("of the same id");
        Should.Throw<ArgumentException>(() => registry.Extend("a", _ => Serving("a"))).Message.ShouldContain("serves no type");
        registry.TryGet("a", out var still).ShouldBeTrue();
        still.ShouldBeSameAs(now);

        Materializer Over(Materializer m, params ServedType[] types)
        {
            inner.Add(m);
            return Serving("a", types);
        }
    }

    [Fact]
    public void Types_are_named_as_people_write_them()
    {
        TypeNames.Of(typeof(Dictionary<string, double[,]>)).ShouldBe("System.Collections.Generic.Dictionary<String, Double[,]>");
        TypeNames.Of(typeof(Dictionary<string, int>.Enumerator)).ShouldBe("System.Collections.Generic.Dictionary<TKey, TValue>.Enumerator");
    }

    [Fact]
    public void One_that_yields_goes_after_all_but_those_of_any_type_whoever_brought_it()
    {
        var second = Serving("second", ServedType.Exact<Dog>().Yielding());
        var registry = new MaterializerRegistry().Add(second).Add(Serving("any", ServedType.Any), MaterializerOrigin.BuiltIn);
        registry.Resolve(typeof(Dog)).Id.ShouldBe("second");
        registry.Add(Serving("loose", ServedType.Interface(typeof(IBarks))), MaterializerOrigin.BuiltIn);
        registry.Resolve(typeof(Dog)).Id.ShouldBe("loose");
        registry.Explain(typeof(Dog)).ToString().ShouldContain("before second exactly, yielding (program)");
        var rivals = new MaterializerRegistry().Add(second).Add(Serving("third", ServedType.Exact<Dog>().Yielding()));
        Should.Throw<MaterializationException>(() => rivals.Resolve(typeof(Dog))).Message.ShouldContain("second exactly, yielding (program) as by third");
        ServedType.Exact<Dog>().Yielding().ToString().ShouldEndWith("Dog (when named)");
    }

    private static Fake Serving(string id, params ServedType[] types) => new(id, types, _ => true);

    private interface IWalks;

    private interface IBarks;

    private abstract class Animal;

    private class Dog : Animal, IWalks, IBarks;

    private sealed class Poodle : Dog;

    private sealed class Cat : Animal;

    private sealed class Fake(string id, IReadOnlyList<ServedType> types, Predicate<Type> can) : Materializer
    {
        public override string Id => id;

        public override string MediaType => "text/plain";

        public override IReadOnlyList<ServedType> Types => types;

        public override bool CanServe(Type type) => can(type);

        public override ValueTask SaveAsync(object value, Type type, ArtifactWriter writer, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public override ValueTask<object> LoadAsync(ArtifactReader reader, Type type, CancellationToken cancellationToken) => ValueTask.FromResult(new object());
    }
}
