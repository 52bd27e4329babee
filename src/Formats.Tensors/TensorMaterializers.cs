namespace Cairn.Materializers;

/// <summary>Extension methods that add tensors to a registry.</summary>
public static class TensorMaterializers
{
    /// <summary>Extends the materializer <c>npy</c> to <see cref="System.Numerics.Tensors.Tensor{T}"/> for all its numeric element types.</summary>
    /// <param name="registry">A registry that contains <c>npy</c>.</param>
    /// <returns>The registry.</returns>
    /// <exception cref="ArgumentException">The registry has no materializer <c>npy</c>.</exception>
    public static MaterializerRegistry AddTensors(this MaterializerRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.Extend(TensorMaterializer.Npy, arrays => new TensorMaterializer(arrays));
    }
}
