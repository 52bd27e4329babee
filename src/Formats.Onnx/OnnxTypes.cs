namespace Cairn.Formats.Onnx;

/// <summary>Reads the types of inputs and outputs (<c>TypeProto</c>).</summary>
internal static class OnnxTypes
{
    private const int MaxDepth = 16;

    private static readonly string[] Elements =
    [
        "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16",
        "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2",
    ];

    /// <summary>A type, and the shape where it is a tensor's.</summary>
    public static (string Type, IReadOnlyList<OnnxDimension>? Shape) Read(ProtoReader reader, long end, int depth = 0)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"it has a type of more than {MaxDepth} levels");
        var type = ("undefined", (IReadOnlyList<OnnxDimension>?)null);
        while (reader.ReadTag(end) is { Field: > 0 } tag)
        {
            type = tag switch
            {
                (1, ProtoReader.Bytes) => ReadTensor(reader, reader.ReadEnd(end)),
                (4, ProtoReader.Bytes) => ($"sequence<{ReadElement(reader, reader.ReadEnd(end), depth)}>", null),
                (5, ProtoReader.Bytes) => ($"map<{ReadMap(reader, reader.ReadEnd(end), depth)}>", null),
                (8, ProtoReader.Bytes) => ($"sparse<{ReadTensor(reader, reader.ReadEnd(end)).Type}>", null),
                (9, ProtoReader.Bytes) => ($"optional<{ReadElement(reader, reader.ReadEnd(end), depth)}>", null),
                _ => Passed(reader, tag.Wire, end, type),
            };
        }
        return type;
    }

    private static (string Type, IReadOnlyList<OnnxDimension>? Shape) ReadTensor(ProtoReader reader, long end)
    {
        var (type, shape) = ("undefined", (IReadOnlyList<OnnxDimension>?)null);
        while (reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Varint):
                    type = ElementName(reader.ReadVarint(end));
                    break;
                case (2, ProtoReader.Bytes):
                    shape = ReadShape(reader, reader.ReadEnd(end));
                    break;
                default:
                    reader.Skip(tag.Wire, end);
                    break;
            }
        }
        return (type, shape);
    }

    private static List<OnnxDimension> ReadShape(ProtoReader reader, long end)
    {
        var dimensions = new List<OnnxDimension>();
        while (reader.ReadTag(end) is { Field: > 0 } tag)
        {
            if (tag == (1, ProtoReader.Bytes))
                dimensions.Add(ReadDimension(reader, reader.ReadEnd(end)));
            else
                reader.Skip(tag.Wire, end);
        }
        return dimensions;
    }

    private static OnnxDimension ReadDimension(ProtoReader reader, long end)
    {
        var dimension = default(OnnxDimension);
        while (reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Varint):
                    // A length below zero says that there is none.
                    dimension = (long)reader.ReadVarint(end) is >= 0 and var length ? new(length, null) : default;
                    break;
                case (2, ProtoReader.Bytes):
                    dimension = reader.ReadText(end) is { Length: > 0 } name ? new(null, name) : default;
                    break;
                default:
                    reader.Skip(tag.Wire, end);
                    break;
            }
        }
        return dimension;
    }

    /// <summary>Sequences and optional values hold their element's type in field 1.</summary>
    private static string ReadElement(ProtoReader reader, long end, int depth)
    {
        var element = "undefined";
        while (reader.ReadTag(end) is { Field: > 0 } tag)
        {
            if (tag == (1, ProtoReader.Bytes))
                element = Read(reader, reader.ReadEnd(end), depth + 1).Type;
            else
                reader.Skip(tag.Wire, end);
        }
        return element;
    }

    private static string ReadMap(ProtoReader reader, long end, int depth)
    {
        var (key, value) = ("undefined", "undefined");
        while (reader.ReadTag(end) is { Field: > 0 } tag)
        {
            switch (tag)
            {
                case (1, ProtoReader.Varint):
                    key = ElementName(reader.ReadVarint(end));
                    break;
                case (2, ProtoReader.Bytes):
                    value = Read(reader, reader.ReadEnd(end), depth + 1).Type;
                    break;
                default:
                    reader.Skip(tag.Wire, end);
                    break;
            }
        }
        return $"{key}, {value}";
    }

    private static string ElementName(ulong number) => number < (ulong)Elements.Length ? Elements[number] : $"type {number}";

    private static (string Type, IReadOnlyList<OnnxDimension>? Shape) Passed(ProtoReader reader, int wire, long end, (string Type, IReadOnlyList<OnnxDimension>? Shape) type)
    {
        reader.Skip(wire, end);
        return type;
    }
}
