using System.Numerics;
using System.Numerics.Tensors;

namespace Cairn.Materializers;

/// <summary>
/// A numeric element type with its tensor and array types. It uses a table instead of reflection, so it works without run-time code generation.
/// </summary>
internal abstract class TensorElement
{
    public static readonly IReadOnlyList<TensorElement> All =
    [
        new TensorElement<bool>(),
        new TensorElement<sbyte>(), new TensorElement<short>(), new TensorElement<int>(), new TensorElement<long>(),
        new TensorElement<byte>(), new TensorElement<ushort>(), new TensorElement<uint>(), new TensorElement<ulong>(),
        new TensorElement<Half>(), new TensorElement<float>(), new TensorElement<double>(), new TensorElement<Complex>(),
    ];

    private static readonly Dictionary<Type, TensorElement> ByType = All.ToDictionary(e => e.Type);

    /// <summary>Gets the tensor type.</summary>
    public abstract Type Type { get; }

    /// <summary>Gets the array type.</summary>
    public abstract Type ArrayType { get; }

    public static TensorElement? Find(Type type) => ByType.GetValueOrDefault(type);

    /// <summary>Copies the elements of a tensor in C order.</summary>
    public abstract object ToArray(object tensor);

    /// <summary>Creates a tensor over the elements of an array.</summary>
    public abstract object ToTensor(object array);
}

internal sealed class TensorElement<T> : TensorElement
    where T : unmanaged
{
    public override Type Type => typeof(Tensor<T>);

    public override Type ArrayType => typeof(NdArray<T>);

    public override object ToArray(object tensor)
    {
        var source = (Tensor<T>)tensor;
        var shape = new int[source.Rank];
        for (var i = 0; i < shape.Length; i++)
            shape[i] = checked((int)source.Lengths[i]);
        var data = new T[checked((int)source.FlattenedLength)];
        source.FlattenTo(data);
        return new NdArray<T>(data, shape);
    }

    public override object ToTensor(object array)
    {
        var source = (NdArray<T>)array;
        return Tensor.Create(source.Data, [.. source.Shape.Select(n => (nint)n)]);
    }
}
