using System.Globalization;

namespace Cairn.Formats.Onnx;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type of a tensor, such as <c>float32</c>, <c>int64</c> or <c>string</c>; for other values the whole type, such as
/// <c>sequence&lt;map&lt;int64, float32&gt;&gt;</c>.</param>
/// <param name="Shape">The dimensions of a tensor, outermost first; null if the model does not specify their number, and for values that are not
/// tensors.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<OnnxDimension>? Shape)
{
    /// <summary>Gets the shape for display: dimensions separated by commas, <c>scalar</c> if there are none, empty if it is unknown.</summary>
    public string ShapeText => Shape is null ? "" : Shape.Count == 0 ? "scalar" : string.Join(", ", Shape);

    /// <summary>Returns name, type and shape, for display.</summary>
    public override string ToString() => Shape is null ? $"{Name}: {Type}" : $"{Name}: {Type}[{string.Join(", ", Shape)}]";
}

/// <summary>A dimension of a tensor.</summary>
/// <param name="Length">The length; null if it can differ between calls.</param>
/// <param name="Name">The name of a dimension without a fixed length, such as <c>batch</c>, or null if it has none.</param>
public readonly record struct OnnxDimension(long? Length, string? Name)
{
    /// <summary>Returns the length, the name, or <c>?</c>.</summary>
    public override string ToString() => Length?.ToString(CultureInfo.InvariantCulture) ?? Name ?? "?";
}
