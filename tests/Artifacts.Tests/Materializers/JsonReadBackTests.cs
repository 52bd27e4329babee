using System.Collections;
using System.Net;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Cairn.Artifacts;
using Cairn.Materializers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Materializers;

/// <summary>JSON stores what comes back, and refuses the rest by the name of its member.</summary>
public sealed partial class JsonReadBackTests : IAsyncLifetime
{
    private ArtifactRepository _repository = null!;

    public async ValueTask InitializeAsync() => _repository = new(await ArtifactStore.OpenAsync(new MemoryProvider(), "mem://json"), MaterializerRegistry.CreateDefault());

    public ValueTask DisposeAsync() => _repository.Store.DisposeAsync();

    [Fact]
    public async Task Tuples_fields_and_numbers_without_digits_come_back()
    {
        await SameAsync((Accuracy: 0.93, Epoch: 7));
        await SameAsync((1, 2, 3, 4, 5, 6, 7, 8, 9));
        await SameAsync(new List<(string, int)> { ("a", 1), ("b", 2) });
        await SameAsync(new Dictionary<string, (double, int)> { ["a"] = (1, 2) });
        await SameAsync(new Run(double.NaN, [float.PositiveInfinity], BigInteger.Pow(7, 90), new(1, -2), IPAddress.Parse("::1"), new(1, 2, 3), (4, 'x')), (a, b) =>
            b.Loss.ShouldBe(double.NaN));
        await SameAsync(new Fields { Text = "a", Number = 3 }, (a, b) => (b.Text, b.Number).ShouldBe(("a", 3)));
        await SameAsync(new Computed(3));
        var cached = new Cached { Text = "abc" };
        cached.Length().ShouldBe(3);
        await SameAsync(cached, (a, b) => b.Text.ShouldBe("abc"));
        await SameAsync<Shape>(new Circle(2));
        await SameAsync(new Members([1, 2], new Dictionary<string, object> { ["lr"] = 0.1, ["name"] = "a" }), (a, b) =>
        {
            b.Numbers.ShouldBe([1, 2]);
            b.Settings["lr"].ShouldBeOfType<JsonElement>().GetDouble().ShouldBe(0.1);
        });
    }

    [Fact]
    public async Task What_has_no_way_back_is_refused_by_name()
    {
        await RefusedAsync(new List<Animal> { new("a"), new Dog("b", "bone") }, "$[1] would not come back: it is a Cairn.Tests.Materializers.JsonReadBackTests.Dog");
        await RefusedAsync<IEnumerable<Animal>>([new("a"), new Dog("b", "bone")], "$[1] would not come back");
        await RefusedAsync(new Dictionary<string, Animal> { ["k"] = new Dog("b", "bone") }, "$[k] would not come back");
        await RefusedAsync(new Holder(new Secret { Unit = "s" }.Advance()), "$.Value._count would not come back: JSON does not store this field");
        await RefusedAsync(new Getter("x"), "$.Text would not come back");
        await RefusedAsync(new BitArray(3), "BitArray");
        await RefusedAsync(new Regex("a"), "Regex");
        await RefusedAsync(new Stack<int>([1, 2]), "$[0] would not come back");
        await RefusedAsync(new Random(1), "would not come back");
        await RefusedAsync(new Named("n") { 1 }, "$.Name would not come back");
        await RefusedAsync(new List<string> { "a", "\ud800" }, "$[1] would not come back: it is not valid Unicode text");
        await RefusedAsync(new Owner(new Dog("b", "bone")), "$.Animal would not come back: it is a Cairn.Tests.Materializers.JsonReadBackTests.Dog");
    }

    [Fact]
    public async Task A_list_is_written_as_the_serializer_writes_it()
    {
        var list = Enumerable.Range(0, 5000).Select(i => new Animal($"grüße {i}")).ToList();
        var saved = await _repository.SaveAsync(list);
        await using var file = await _repository.OpenFileAsync(saved.Digest);
        using var content = new MemoryStream();
        await file.CopyToAsync(content);
        content.ToArray().ShouldBe(JsonSerializer.SerializeToUtf8Bytes(list));
    }

    [Fact]
    public async Task A_context_is_checked_too()
    {
        var repository = new ArtifactRepository(_repository.Store, MaterializerRegistry.CreateDefault(ReadBackContext.Default).AddJsonLines(ReadBackContext.Default.Animal), StorePath.Root);
        var saved = await repository.SaveAsync(new Animal("a"));
        (await repository.LoadAsync<Animal>(saved.Digest)).ShouldBe(new Animal("a"));
        (await Should.ThrowAsync<MaterializationException>(() => repository.SaveAsync<Animal>(new Dog("b", "bone")))).Message.ShouldContain("$ would not come back: it is a ");
        (await Should.ThrowAsync<MaterializationException>(() => repository.SaveAsync<IEnumerable<Animal>>([new Dog("b", "bone")]))).Message.ShouldContain("$[0] would not come back");
        (await Should.ThrowAsync<MaterializationException>(() => repository.SaveAsync(new Fields { Text = "a" }))).Message.ShouldContain("Text would not come back");
    }

    private async Task SameAsync<T>(T value, Action<T, T>? compare = null)
        where T : notnull
    {
        var saved = await _repository.SaveAsync(value);
        saved.Manifest.MaterializerId.ShouldBe("json");
        var loaded = await _repository.LoadAsync<T>(saved.Digest);
        if (compare is null)
            loaded.ShouldBe(value);
        else
            compare(value, loaded);
    }

    private async Task RefusedAsync<T>(T value, string message)
        where T : notnull
    {
        (await Should.ThrowAsync<MaterializationException>(() => _repository.SaveAsync(value))).Message.ShouldContain(message);
    }

    public record Animal(string Name);

    public sealed record Dog(string Name, string Toy) : Animal(Name);

    [JsonDerivedType(typeof(Circle), "circle")]
    public abstract record Shape;

    public sealed record Circle(double Radius) : Shape;

    public sealed record Run(double Loss, float[] Losses, BigInteger Big, Complex Z, IPAddress Address, Vector3 Vector, (int, char) Pair);

    public sealed record Computed(int Number)
    {
        public int Twice => Number * 2;
    }

    public sealed record Members(IReadOnlyList<int> Numbers, Dictionary<string, object> Settings);

    public sealed record Holder(object Value);

    public sealed record Owner(Animal Animal);

    public sealed class Fields
    {
        public string Text = "";
        public int Number;
    }

    public sealed class Cached
    {
        [JsonIgnore]
        private int _length = -1;

        public string Text { get; set; } = "";

        public int Length() => _length < 0 ? _length = Text.Length : _length;
    }

    public sealed class Secret
    {
        private int _count;

        public string Unit { get; set; } = "";

        public Secret Advance()
        {
            _count++;
            return this;
        }
    }

    public sealed class Getter(string text)
    {
        public Getter()
            : this("")
        {
        }

        public string Text { get; } = text;
    }

    public sealed class Named(string name) : List<int>
    {
        public Named()
            : this("")
        {
        }

        public string Name { get; set; } = name;
    }

    [JsonSerializable(typeof(Animal))]
    [JsonSerializable(typeof(Fields))]
    private sealed partial class ReadBackContext : JsonSerializerContext;
}
