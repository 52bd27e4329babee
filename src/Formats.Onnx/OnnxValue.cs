using System.Globalization;

namespace Cairn.Formats.Onnx;

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of a tensor's elements, such as <c>float32</c>, <c>int64</c> or <c>string</c>; of other values the whole type, such as <c>sequence&lt;map&lt;int64, float32&gt;&gt;</c>.</param>
/// <param name="Shape">The dimensions of a tensor, the outermost first; null where the model does not say how many there are, and for values that are not tensors.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<OnnxDimension>? Shape)
{
    /// <summary>The shape for people: dimensions with commas between them, <c>scalar</c> where there is none, empty where it is not known.</summary>
    public string ShapeText => Shape is null ? "" : Shape.Count == 0 ? "scalar" : string.Join(", ", Shape);

    /// <summary>Name, type and shape, for people.</summary>
    public override string ToString() => Shape is null ? $"{Name}: {Type}" : $"{Name}: {Type}[{string.Join(", ", Shape)}]";
}

/// <summary>A dimension of a tensor.</summary>
/// <param name="Length">Its length; null where each call may choose.</param>
/// <param name="Name">The name of a dimension without a fixed length, such as <c>batch</c>; null where it has none.</param>
public readonly record struct OnnxDimension(long? Length, string? Name)
{
    /// <summary>The length, the name, or <c>?</c>.</summary>
    public override string ToString() => Length?.ToString(CultureInfo.InvariantCulture) ?? Name ?? "?";
}
