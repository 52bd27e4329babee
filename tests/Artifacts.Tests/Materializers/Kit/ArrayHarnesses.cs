using System.Numerics;
using Cairn.Conformance;
using Cairn.Materializers;

namespace Cairn.Tests.Materializers.Kit;

public sealed class NpyHarness() : BuiltInHarness("npy")
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of<bool[]>([true, false]), MaterializerSample.Of<sbyte[]>([-1]), MaterializerSample.Of<short[]>([-2]), MaterializerSample.Of<int[]>([-3, 4]),
            MaterializerSample.Of<long[]>([long.MinValue]),
        MaterializerSample.Of<ushort[]>([7]), MaterializerSample.Of<uint[]>([8]), MaterializerSample.Of<ulong[]>([ulong.MaxValue]), MaterializerSample.Of<Half[]>([(Half)0.1]),
            MaterializerSample.Of<float[]>([0.1f]),
        MaterializerSample.Of<double[]>([0.1, double.NaN]), MaterializerSample.Of<Complex[]>([new(1, -2)]), MaterializerSample.Of(new byte[,] { { 1, 2 }, { 3, 4 } }),
            MaterializerSample.Of(new short[,,] { { { 1 }, { 2 } } }),
        MaterializerSample.Of(new Memory<int>([1, 2, 3], 1, 2)), MaterializerSample.Of(new ReadOnlyMemory<float>([1, 2])), MaterializerSample.Of(new NdArray<double>([1, 2, 3, 4], 2, 1, 2)),
        MaterializerSample.Of(new NdArray<int>([5], [])), MaterializerSample.Of<double[]>([1, 2]).As<NdArray>(),
    ];

    public override IEnumerable<MaterializerSample> Empty =>
        [MaterializerSample.Of(Array.Empty<double>()), MaterializerSample.Of(new int[3, 0]), MaterializerSample.Of(new NdArray<bool>([], 2, 0, 4))];

    public override IEnumerable<WrongType> WrongTypes =>
        [new(MaterializerSample.Of<double[]>([1]), typeof(float[])), new(MaterializerSample.Of<double[]>([1]), typeof(double[,])), new(MaterializerSample.Of(new double[1, 1]), typeof(double[]))];

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(Enumerable.Range(0, length / 8).Select(i => i / 3.0).ToArray());

    /// <summary>The shape and the elements, whatever the type.</summary>
    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) => new(Elements(value));

    public override IEnumerable<byte[]> WithTypeName(string typeName) =>
    [
        Npy($"{{'descr': '{typeName}', 'fortran_order': False, 'shape': (1,), }}"), Npy($"{{'descr': '|O{typeName}', 'fortran_order': False, 'shape': (1,), }}"),
        Npy($"{{'descr': [('{typeName}', '{typeName}')], 'fortran_order': False, 'shape': (1,), }}"), Npy($"{{'{typeName}': '<f8', 'fortran_order': {typeName}, 'shape': {typeName}, }}"),
    ];

    internal static byte[] Npy(string header)
    {
        var text = System.Text.Encoding.Latin1.GetBytes(header);
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. new byte[8]];
    }

    internal static object Elements(object value) => value switch
    {
        NdArray array => (string.Join(",", array.Shape), (Array)array.GetType().GetProperty("Data")!.GetValue(array)!),
        Array array => (string.Join(",", Enumerable.Range(0, array.Rank).Select(array.GetLength)), Flat(array)),
        Memory<int> memory => ($"{memory.Length}", (Array)memory.ToArray()),
        ReadOnlyMemory<float> memory => ($"{memory.Length}", (Array)memory.ToArray()),
        _ => throw new ArgumentException(value.GetType().Name, nameof(value)),
    };

    public override void AssertEqual(object expected, object actual)
    {
        var ((expectedShape, expectedData), (actualShape, actualData)) = (((string, Array))expected, ((string, Array))actual);
        actualShape.ShouldBe(expectedShape);
        actualData.GetType().ShouldBe(expectedData.GetType());
        actualData.Cast<object>().SequenceEqual(expectedData.Cast<object>()).ShouldBeTrue();
    }

    private static Array Flat(Array array)
    {
        var flat = Array.CreateInstance(array.GetType().GetElementType()!, array.Length);
        var i = 0;
        foreach (var element in array)
            flat.SetValue(element, i++);
        return flat;
    }
}

public sealed class NpzHarness() : BuiltInHarness("npz")
{
    public override IEnumerable<MaterializerSample> Samples =>
        [Arrays(new() { ["a"] = new NdArray<int>([1, 2], 2), ["ü b"] = new NdArray<Complex>([new(1, 2)], 1, 1) }), Arrays(new() { ["x"] = new NdArray<Half>([(Half)1], []) })
        .As<IReadOnlyDictionary<string, NdArray>>()];

    public override IEnumerable<MaterializerSample> Empty => [Arrays([]), Arrays(new() { ["none"] = new NdArray<double>([], 0, 3) })];

    public override MaterializerSample Huge(int length) =>
        Arrays(new() { ["x"] = new NdArray<long>(new long[length / 16], length / 16), ["y"] = new NdArray<byte>(new byte[length / 2], 2, length / 4) });

    public override void AssertEqual(object expected, object actual)
    {
        var (one, two) = ((IReadOnlyDictionary<string, NdArray>)expected, (IReadOnlyDictionary<string, NdArray>)actual);
        two.Keys.Order().ShouldBe(one.Keys.Order());
        foreach (var (name, array) in one)
            new NpyHarness().AssertEqual(NpyHarness.Elements(array), NpyHarness.Elements(two[name]));
    }

    public override IEnumerable<byte[]> WithTypeName(string typeName)
    {
        foreach (var content in new NpyHarness().WithTypeName(typeName))
        {
            yield return Zip("a.npy", content);
            yield return Zip(typeName + ".npy", content);
        }
        yield return Zip(typeName, [1]);
    }

    private static byte[] Zip(string name, byte[] content)
    {
        using var target = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(target, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(name).Open();
            entry.Write(content);
        }
        return target.ToArray();
    }

    private static MaterializerSample Arrays(Dictionary<string, NdArray> arrays) => MaterializerSample.Of(arrays);
}
