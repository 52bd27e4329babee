using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Cairn.Conformance;
using Cairn.Tests.Drivers;

namespace Cairn.Tests.Materializers.Kit;

public sealed class ScalarHarness() : BuiltInHarness("scalar")
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(true), MaterializerSample.Of('x'), MaterializerSample.Of((sbyte)-1), MaterializerSample.Of((short)-2), MaterializerSample.Of(-3), MaterializerSample.Of(long.MinValue),
        MaterializerSample.Of(Int128.MinValue), MaterializerSample.Of((byte)1), MaterializerSample.Of((ushort)2), MaterializerSample.Of(3u), MaterializerSample.Of(ulong.MaxValue),
        MaterializerSample.Of(UInt128.MaxValue), MaterializerSample.Of(BigInteger.Pow(7, 40)), MaterializerSample.Of((Half)0.1), MaterializerSample.Of(float.Epsilon), MaterializerSample.Of(0.1 + 0.2),
        MaterializerSample.Of(1.10m), MaterializerSample.Of(new Complex(0.1, -1e300)), MaterializerSample.Of(new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc)),
        MaterializerSample.Of(new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromMinutes(-90))), MaterializerSample.Of(new DateOnly(1, 1, 1)), MaterializerSample.Of(new TimeOnly(23, 59, 59, 999)),
        MaterializerSample.Of(TimeSpan.MinValue), MaterializerSample.Of(Guid.Parse("11111111-2222-3333-4444-555555555555")), MaterializerSample.Of(new Uri("https://example.org/a%20b?c#d")),
        MaterializerSample.Of(new Version(1, 2, 3, 4)), MaterializerSample.Of(DayOfWeek.Friday), MaterializerSample.Of(FileAttributes.Hidden | FileAttributes.System),
    ];

    public override IEnumerable<MaterializerSample> Empty => [];

    public override IEnumerable<WrongType> WrongTypes =>
        [new(MaterializerSample.Of(5), typeof(long)), new(MaterializerSample.Of("2024-01-01"u8.Length), typeof(DateOnly)), new(MaterializerSample.Of(DayOfWeek.Friday), typeof(FileAttributes))];

    public override IReadOnlyDictionary<string, string> Skips { get; } = new Dictionary<string, string>
    {
        [NothingTest] = "A single value is never nothing.",
        [HugeTest] = "A single value is never huge.",
    };

    public override MaterializerSample? Huge(int length) => null;

    public override IEnumerable<byte[]> WithTypeName(string typeName) => [Encoding.UTF8.GetBytes(typeName + ".Friday"), Encoding.UTF8.GetBytes("Friday, " + typeName)];
}

public sealed class TextHarness() : BuiltInHarness("text")
{
    public override IEnumerable<MaterializerSample> Samples => [MaterializerSample.Of("grüße\0\r\n😀")];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of("")];

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(new string('x', length));
}

public sealed class BytesHarness() : BuiltInHarness("bytes")
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(Bytes.Of(300)), MaterializerSample.Of(new Memory<byte>(Bytes.Of(30))), MaterializerSample.Of(new ReadOnlyMemory<byte>(Bytes.Of(31))), StreamOf(1000),
        MaterializerSample.Of(Bytes.Of(20)).As<Stream>(), StreamOf(20).As<byte[]>(),
    ];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(Array.Empty<byte>()), StreamOf(0)];

    public override IEnumerable<WrongType> WrongTypes => [new(StreamOf(10), typeof(MemoryStream))];

    public override MaterializerSample Huge(int length) => StreamOf(length);

    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) => value switch
    {
        Memory<byte> memory => new(memory.ToArray()),
        ReadOnlyMemory<byte> memory => new(memory.ToArray()),
        _ => base.ReadWholeAsync(value, cancellationToken),
    };

    public override void AssertEqual(object expected, object actual) => ((byte[])actual).AsSpan().SequenceEqual((byte[])expected).ShouldBeTrue();

    private static MaterializerSample StreamOf(int length) => MaterializerSample.Of<Stream>(() => new MemoryStream(Bytes.Of(length)));
}

public sealed record Reading(string Station, double? Value, DateOnly Day, IReadOnlyList<int> Raw)
{
    public bool Equals(Reading? other) => other is not null && (Station, Value, Day) == (other.Station, other.Value, other.Day) && Raw.SequenceEqual(other.Raw);

    public override int GetHashCode() => Station.GetHashCode(StringComparison.Ordinal);

    public static IEnumerable<Reading> Some(int count) =>
        Enumerable.Range(0, count).Select(i => new Reading($"nö {i.ToString(CultureInfo.InvariantCulture)}\n", i % 3 == 0 ? null : i / 7.0, new(2024, 1, 1 + (i % 28)), [i, -i]));
}

public sealed class JsonHarness() : BuiltInHarness("json")
{
    public override IEnumerable<MaterializerSample> Samples =>
        [MaterializerSample.Of(Reading.Some(1).Single()), MaterializerSample.Of(Reading.Some(5).ToList()),
            MaterializerSample.Of(new Dictionary<string, Reading[]> { ["a"] = [.. Reading.Some(2)], ["b"] = [] })];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(new List<Reading>()), MaterializerSample.Of(new Dictionary<string, int>())];

    public override IEnumerable<WrongType> WrongTypes => [new(MaterializerSample.Of(new List<Reading>()), typeof(Reading)), new(MaterializerSample.Of(Reading.Some(1).ToList()), typeof(List<int>))];

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(Reading.Some(length / 75).ToList());
}

public sealed class JsonLinesHarness() : BuiltInHarness("jsonl")
{
    public override IEnumerable<MaterializerSample> Samples => [Rows(4), MaterializerSample.Of(() => Reading.Some(5).ToAsyncEnumerable()), Rows(3).As<IAsyncEnumerable<Reading>>()];

    public override IEnumerable<MaterializerSample> Empty => [Rows(0), Rows(0).As<IAsyncEnumerable<Reading>>()];

    public override IEnumerable<WrongType> WrongTypes => [new(Rows(2), typeof(IEnumerable<int>))];

    public override MaterializerSample Huge(int length) => Rows(length / 75);

    public override IEnumerable<byte[]> WithTypeName(string typeName) =>
        [Encoding.UTF8.GetBytes($$$"""{"Station":{{{JsonSerializer.Serialize(typeName)}}},"Value":null,"Day":"2024-01-01","Raw":{"$type":{{{JsonSerializer.Serialize(typeName)}}},"$values":[]} }""" + "\n")];

    public override async ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) =>
        value is IAsyncEnumerable<Reading> rows ? await rows.ToListAsync(cancellationToken) : ((IEnumerable<Reading>)value).ToList();

    private static MaterializerSample Rows(int count) => MaterializerSample.Of(Reading.Some(count));
}
