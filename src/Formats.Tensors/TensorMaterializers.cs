namespace Cairn.Materializers;

/// <summary>Adds tensors to what a program can save.</summary>
public static class TensorMaterializers
{
    /// <summary>Lets the materializer <c>npy</c> serve <see cref="System.Numerics.Tensors.Tensor{T}"/> of all its types of numbers, too.</summary>
    /// <param name="registry">One that has <c>npy</c>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">It has no materializer <c>npy</c>.</exception>
    public static MaterializerRegistry AddTensors(this MaterializerRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.Extend(TensorMaterializer.Npy, arrays => new TensorMaterializer(arrays));
    }
}
