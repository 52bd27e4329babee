using System.Numerics;
using System.Numerics.Tensors;

namespace Cairn.Materializers;

/// <summary>A type of numbers, as tensor and as grid. A table instead of reflection, so that it works where code cannot be made at run time.</summary>
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

    /// <summary>The type of the tensors.</summary>
    public abstract Type Type { get; }

    /// <summary>The type of the grids.</summary>
    public abstract Type ArrayType { get; }

    public static TensorElement? Find(Type type) => ByType.GetValueOrDefault(type);

    /// <summary>A tensor's elements in C order, copied.</summary>
    public abstract object ToArray(object tensor);

    /// <summary>A tensor over a grid's elements.</summary>
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
