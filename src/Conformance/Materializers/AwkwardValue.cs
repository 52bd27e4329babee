using System.Collections;
using System.Numerics;
using System.Text.RegularExpressions;
using Cairn.Materializers;

namespace Cairn.Conformance;

/// <summary>A value of which a format may lose a part without an error, with a comparison that detects the loss.</summary>
internal sealed class AwkwardValue
{
    private readonly string _what;
    private readonly Func<object, bool> _isSame;

    private AwkwardValue(string what, Type type, object value, Func<object, bool> isSame) => (_what, Type, Value, _isSame) = (what, type, value, isSame);

    /// <summary>Gets the type as which the value is saved and loaded.</summary>
    public Type Type { get; }

    /// <summary>Gets the value.</summary>
    public object Value { get; }

    /// <summary>Gets all values: each alone, as a member, in a list, and in a sequence.</summary>
    public static IEnumerable<AwkwardValue> All =>
    [
        .. Of("a tuple", (Accuracy: 0.93, Epoch: 7), (a, b) => a == b),
        .. Of("a tuple of nine", (1, 2, 3, 4, 5, 6, 7, 8, 9), (a, b) => a == b),
        .. Of("a tuple that is an object", Tuple.Create("a", 1), (a, b) => a.Equals(b)),
        .. Of("a class with public fields", new Fields { Text = "a", Number = 3 }, (a, b) => a.Text == b.Text && a.Number == b.Number),
        .. Of("an object of a derived class", (Animal)new Dog("Rex", "bone"), (a, b) => a.Equals(b)),
        .. Of("a class with a private field", new Counter(3), (a, b) => a.Value == b.Value),
        .. Of("a property without a way back", new Getter("x"), (a, b) => a.Text == b.Text),
        .. Of("bits", new BitArray([true, false, true]), (a, b) => a.Cast<bool>().SequenceEqual(b.Cast<bool>())),
        .. Of("a pattern", new Regex("a+", RegexOptions.IgnoreCase), (a, b) => (a.ToString(), a.Options) == (b.ToString(), b.Options)),
        .. Of("a stack", new Stack<int>([1, 2, 3]), (a, b) => a.SequenceEqual(b)),
        .. Of("a number of any size", BigInteger.Pow(7, 100), (a, b) => a == b),
        .. Of("a complex number", new Complex(1.5, -2), (a, b) => a == b),
        .. Of("a vector", new Vector3(1, 2, 3), (a, b) => a == b),
        .. Of("text that is no Unicode", "a\ud800b", (a, b) => a == b),
        .. Of("no number", double.NaN, (a, b) => a.Equals(b)),
        .. Of("an infinity", float.NegativeInfinity, (a, b) => a.Equals(b)),
        .. Of("less than nothing", -0.0, (a, b) => double.IsNegative(b)),
        .. Of("tuples under names", new Dictionary<string, (double, int)> { ["a"] = (1, 2) }, (a, b) => b.Count == 1 && b["a"] == a["a"]),
        .. Of("a collection with a name", new NamedList("n") { 1, 2 }, (a, b) => a.Name == b.Name && a.SequenceEqual(b)),
        .. Of("what makes random numbers", new Random(7), (a, b) => false),
        .. Of("a time", new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(-90)).AddTicks(7), (a, b) => a == b),
        .. Of("a decimal", 1.10m, (a, b) => a == b),
    ];

    /// <summary>Returns true if a loaded value is equal.</summary>
    public bool IsSame(object loaded) => _isSame(loaded);

    /// <summary>Returns a description for messages.</summary>
    public override string ToString() => $"{_what} ({TypeNames.Of(Type)})";

    private static IEnumerable<AwkwardValue> Of<T>(string what, T value, Func<T, T, bool> isSame)
        where T : notnull =>
    [
        new(what, typeof(T), value, o => isSame(value, (T)o)),
        new($"{what}, as a member", typeof(Holder<T>), new Holder<T>(value), o => isSame(value, ((Holder<T>)o).Value)),
        new($"{what}, in a list", typeof(List<T>), new List<T> { value }, o => o is List<T> { Count: 1 } list && isSame(value, list[0])),
        new($"{what}, in a sequence", typeof(IEnumerable<T>), new[] { value }, o => o is IEnumerable<T> all && all.ToList() is [var only] && isSame(value, only)),
        new($"{what}, as a member in a sequence", typeof(IEnumerable<Holder<T>>), new[] { new Holder<T>(value) }, o => o is IEnumerable<Holder<T>> all && all.ToList() is [var only]
            && isSame(value, only.Value)),
    ];

    /// <summary>A record with one member.</summary>
    public sealed record Holder<T>(T Value);

    /// <summary>A class with fields instead of properties.</summary>
    public sealed class Fields
    {
        public string Text = "";
        public int Number;
    }

    public record Animal(string Name);

    public sealed record Dog(string Name, string Toy) : Animal(Name);

    /// <summary>A class with state that is invisible until it is used.</summary>
    public sealed class Counter
    {
        private int _value;

        public Counter()
        {
        }

        public Counter(int value) => _value = value;

        public string Unit { get; set; } = "s";

        internal int Value => _value;

        public int Next() => ++_value;
    }

    public sealed class Getter
    {
        public Getter()
        {
        }

        public Getter(string text) => Text = text;

        public string Text { get; } = "";
    }

    public sealed class NamedList : List<int>
    {
        public NamedList()
        {
        }

        public NamedList(string name) => Name = name;

        public string Name { get; set; } = "";
    }
}
