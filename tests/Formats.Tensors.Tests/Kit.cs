using System.Numerics;
using System.Numerics.Tensors;
using Cairn.Conformance;
using Cairn.Materializers;

namespace Cairn.Tests.Tensors.Kit;

public sealed class TensorKit : MaterializerTests<TensorHarness>;

public sealed class TensorHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        Of<bool>([true, false]), Of<sbyte>([-1]), Of<short>([-2]), Of<int>([-3, 4]), Of<long>([long.MinValue]), Of<byte>([1, 2]), Of<ushort>([7]), Of<uint>([8]), Of<ulong>([ulong.MaxValue]),
            Of([(Half)0.1]),
        Of([0.1f]), Of([0.1, double.NaN]), Of([new Complex(1, -2)]), MaterializerSample.Of(Tensor.Create([1.5, 2, 3, 4, 5, 6], [1, 3, 2])),
        MaterializerSample.Of<double[]>([1, 2]).As<Tensor<double>>(), MaterializerSample.Of(Tensor.Create([1f, 2, 3, 4], [2, 2])).As<float[,]>(),
        MaterializerSample.Of(Tensor.Create<int>([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3])[1.., ..2]),
    ];

    public override IEnumerable<MaterializerSample> Empty => [Of<double>([]), MaterializerSample.Of(Tensor.Create<int>([], [2, 0]))];

    public override IEnumerable<WrongType> WrongTypes => [new(Of([0.5]), typeof(Tensor<float>)), new(MaterializerSample.Of(Tensor.Create([1f, 2], [2, 1])), typeof(float[]))];

    public override string? KeptFolder => SourceFolder.Find("tests/Formats.Tensors.Tests/Data");

    public override Materializer Create() => MaterializerRegistry.CreateDefault().AddTensors().TryGet("npy", out var npy) ? npy : throw new InvalidOperationException();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(Tensor.Create(Enumerable.Range(0, length / 8).Select(i => i / 3.0).ToArray(), [2, length / 16]));

    /// <summary>The shape and the elements, whatever the type.</summary>
    public override ValueTask<object> ReadWholeAsync(object value, CancellationToken cancellationToken) => new(Read(value));

    public override void AssertEqual(object expected, object actual)
    {
        var ((shape, elements), (actualShape, actualElements)) = (((string, List<object>))expected, ((string, List<object>))actual);
        actualShape.ShouldBe(shape);
        actualElements.SequenceEqual(elements).ShouldBeTrue();
    }

    private static MaterializerSample Of<T>(T[] data)
        where T : unmanaged => MaterializerSample.Of(Tensor.Create(data));

    private static object Read(object value) => value switch
    {
        Array array => (string.Join(",", Enumerable.Range(0, array.Rank).Select(array.GetLength)), array.Cast<object>().ToList()),
        Tensor<bool> t => Read(t),
        Tensor<sbyte> t => Read(t),
        Tensor<short> t => Read(t),
        Tensor<int> t => Read(t),
        Tensor<long> t => Read(t),
        Tensor<byte> t => Read(t),
        Tensor<ushort> t => Read(t),
        Tensor<uint> t => Read(t),
        Tensor<ulong> t => Read(t),
        Tensor<Half> t => Read(t),
        Tensor<float> t => Read(t),
        Tensor<double> t => Read(t),
        Tensor<Complex> t => Read(t),
        _ => throw new ArgumentException(value.GetType().Name, nameof(value)),
    };

    private static (string Shape, List<object> Elements) Read<T>(Tensor<T> tensor)
        where T : unmanaged
    {
        var elements = new T[tensor.FlattenedLength];
        tensor.FlattenTo(elements);
        return (string.Join(",", tensor.Lengths.ToArray()), elements.Cast<object>().ToList());
    }
}
