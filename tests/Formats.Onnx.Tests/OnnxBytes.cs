using System.Runtime.InteropServices;
using System.Text;

namespace Cairn.Formats.Onnx.Tests;

/// <summary>Writes ONNX models by the numbers of <c>onnx.proto</c>, apart from the code that reads them.</summary>
internal static class OnnxBytes
{
    public const int Float = 1;
    public const int Int64 = 7;

    /// <summary>y = x · w + b, for any number of rows.</summary>
    public static byte[] Linear(float[] w, float[] b, string producer = "cairn-tests") => Model(
        producer,
        [Node("MatMul", ["x", "w"], ["xw"]), Node("Add", ["xw", "b"], ["y"]), Tensor("w", [w.Length / b.Length, b.Length], w), Tensor("b", [b.Length], b)],
        [Value(11, "x", Float, "rows", w.Length / b.Length), Value(12, "y", Float, "rows", b.Length)]);

    /// <summary>z = x + y of whole numbers, and nothing learned.</summary>
    public static byte[] Sum() => Model("", [Node("Add", ["x", "y"], ["z"])], [Value(11, "x", Int64, 2, 3), Value(11, "y", Int64, 2, 3), Value(12, "z", Int64, 2, 3)]);

    /// <summary>y = x + w, where w is in another file.</summary>
    public static byte[] External(string? location, int count) => Model(
        "",
        [Node("Add", ["x", "w"], ["y"]), Field(5, [.. Number(1, count), .. Number(2, Float), .. Text(8, "w"), .. location is null
            ? [] : Field(13, [.. Text(1, "location"), .. Text(2, location)]), .. Number(14, 1)])],
        [Value(11, "x", Float, count), Value(12, "y", Float, count)]);

    /// <summary>y = x + w, where the model names an input w beside its value, as old ones do.</summary>
    public static byte[] Old() => Model("", [Node("Add", ["x", "w"], ["y"]), Tensor("w", [1], [7])], [Value(11, "x", Float, 1), Value(11, "w", Float, 1), Value(12, "y", Float, 1)]);

    /// <summary>y = x + (w[0] + … of as many floats as that), for models of any size; the sum keeps all of w in use.</summary>
    public static byte[] Heavy(int floats) => Model(
        "heavy",
        [Node("ReduceSum", ["w"], ["s"]), Node("Add", ["x", "s"], ["y"]), Tensor("w", [floats], Enumerable.Repeat(1 / 1024f, floats).ToArray())],
        [Value(11, "x", Float, 1), Value(12, "y", Float, 1)]);

    public static byte[] Model(string producer, byte[][] graph, byte[][] values) =>
        [.. Number(1, 8), .. producer.Length > 0 ? Text(2, producer) : [], .. Field(7, [.. graph.SelectMany(g => g), .. Text(2, "graph"), .. values.SelectMany(v => v)]), .. Field(8, Number(2, 13))];

    public static byte[] Node(string operation, string[] inputs, string[] outputs, params byte[][] attributes) =>
        Field(1, [.. inputs.SelectMany(i => Text(1, i)), .. outputs.SelectMany(o => Text(2, o)), .. Text(4, operation), .. attributes.SelectMany(a => Field(5, a))]);

    public static byte[] Tensor(string name, int[] shape, float[] values) =>
        Field(5, [.. shape.SelectMany(n => Number(1, n)), .. Number(2, Float), .. Text(8, name), .. Field(9, MemoryMarshal.AsBytes(values.AsSpan()).ToArray())]);

    /// <summary>An input (field 11) or output (12); a dimension is a number, a name, or null.</summary>
    public static byte[] Value(int field, string name, int element, params object?[] shape) =>
        Value(field, name, Field(1, [.. Number(1, element), .. Field(2, [.. shape.SelectMany(d => Field(1, d switch { int n => Number(1, n), string s => Text(2, s), _ => [] }))])]));

    public static byte[] Value(int field, string name, byte[] type) => Field(field, [.. Text(1, name), .. Field(2, type)]);

    public static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Field(int field, byte[] content) => [.. Varint((ulong)field << 3 | 2), .. Varint((ulong)content.Length), .. content];

    public static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
