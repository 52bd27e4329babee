using Cairn.Conformance;
using Cairn.Materializers;
using Cairn.Tests;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Plugins.Protobuf.Tests.Kit;

public sealed class ProtobufKit : MaterializerTests<ProtobufHarness>;

public sealed class ProtobufHarness : MaterializerHarness
{
    public override IEnumerable<MaterializerSample> Samples =>
    [
        MaterializerSample.Of(Map("a", "ü", "b")),
        MaterializerSample.Of(new Timestamp { Seconds = -5, Nanos = 7 }),
        MaterializerSample.Of(DurationReflection.Descriptor.ToProto()),
        MaterializerSample.Of(new Any { TypeUrl = "type.googleapis.com/System.Diagnostics.Process", Value = ByteString.CopyFrom(1, 2, 3) }),
    ];

    public override IEnumerable<MaterializerSample> Empty => [MaterializerSample.Of(new Empty()), MaterializerSample.Of(new Struct())];

    public override IEnumerable<WrongType> WrongTypes => [new(MaterializerSample.Of(new Timestamp { Seconds = 1 }), typeof(Duration))];

    public override string? KeptFolder => SourceFolder.Find("tests/Protobuf.Tests/Data");

    public override Materializer Create() => new ProtobufMaterializer();

    public override MaterializerSample Huge(int length) => MaterializerSample.Of(new BytesValue { Value = UnsafeByteOperations.UnsafeWrap(Pattern.Bytes(length)) });

    /// <summary>As the type of an <c>Any</c>, as a key, a value and the name of a message.</summary>
    public override IEnumerable<byte[]> WithTypeName(string typeName) =>
    [
        new Any { TypeUrl = "type.googleapis.com/" + typeName, Value = ByteString.CopyFrom(1) }.ToByteArray(), Map(typeName, "@type", "$type").ToByteArray(),
        new FileDescriptorProto { Package = typeName, MessageType = { new DescriptorProto { Name = typeName, Field = { new FieldDescriptorProto { TypeName = typeName } } } } }.ToByteArray(),
    ];

    public static Struct Map(params string[] keys)
    {
        var map = new Struct();
        foreach (var key in keys)
            map.Fields[key] = Value.ForString(key);
        return map;
    }
}
