namespace Cairn.Materializers;

/// <summary>An array of numbers of any rank, in C order (the last index varies fastest), as stored in <c>.npy</c> files.</summary>
public abstract class NdArray
{
    private protected NdArray(IReadOnlyList<int> shape, int count)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var product = 1L;
        foreach (var length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            product = checked(product * length);
        }
        if (product != count)
            throw new ArgumentException($"The shape ({string.Join(", ", shape)}) has {product} elements, but the array has {count}.", nameof(shape));
        Shape = [.. shape];
    }

    /// <summary>Gets the length of each dimension; empty for a single number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Gets the type of the elements.</summary>
    public abstract Type ElementType { get; }

    /// <summary>Returns the type and the shape, for display.</summary>
    public override string ToString() => $"{ElementType.Name}({string.Join(", ", Shape)})";
}

/// <summary>An array of numbers of one type, of any rank.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public sealed class NdArray<T> : NdArray
    where T : unmanaged
{
    /// <summary>Initializes a new array from existing elements, which are not copied.</summary>
    /// <param name="data">The elements in C order.</param>
    /// <param name="shape">The length of each dimension.</param>
    /// <exception cref="ArgumentException">The shape does not match the number of elements.</exception>
    public NdArray(T[] data, params IReadOnlyList<int> shape)
        : base(shape, data?.Length ?? 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        Data = data;
    }

    /// <summary>Gets the elements in C order.</summary>
    public T[] Data { get; }

    /// <inheritdoc/>
    public override Type ElementType => typeof(T);
}
