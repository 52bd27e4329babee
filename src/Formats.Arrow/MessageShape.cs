using System.Buffers.Binary;

namespace Cairn.Formats.Arrow;

/// <summary>Looks at a message, which FlatBuffers lays out as tables, before the library reads it: the library takes memory for the lists that a batch announces before their elements are there.</summary>
internal static class MessageShape
{
    private const int DictionaryBatch = 2;
    private const int RecordBatch = 3;
    private const int NodeLength = 16;

    /// <summary>Checks that the lists of a batch are within its message.</summary>
    /// <returns>The length of the message's body.</returns>
    /// <exception cref="InvalidDataException">They are not, or the bytes are not a message.</exception>
    public static long Check(ReadOnlySpan<byte> message)
    {
        var table = Follow(message, 0);
        var type = Field(message, table, 1) is var at and > 0 ? message[at] : 0;
        if (type is RecordBatch or DictionaryBatch && Field(message, table, 2) is var header and > 0)
        {
            var batch = Follow(message, header);
            if (type == DictionaryBatch)
                batch = Field(message, batch, 1) is var data and > 0 ? Follow(message, data) : throw Wrong();
            CheckList(message, Field(message, batch, 1));
            CheckList(message, Field(message, batch, 2));
        }
        return Field(message, table, 3) is var body and > 0 ? BinaryPrimitives.ReadInt64LittleEndian(At(message, body, sizeof(long))) : 0;
    }

    private static void CheckList(ReadOnlySpan<byte> message, int field)
    {
        if (field == 0)
            return;
        var list = Follow(message, field);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(At(message, list, sizeof(uint)));
        if (count * (long)NodeLength > message.Length - list)
            throw new InvalidDataException($"a batch of it would have {count} arrays or buffers, which its message has no room for");
    }

    /// <summary>Where a field of a table is; 0 when it is not there.</summary>
    private static int Field(ReadOnlySpan<byte> message, int table, int field)
    {
        var layout = table - BinaryPrimitives.ReadInt32LittleEndian(At(message, table, sizeof(int)));
        var slot = (2 + field) * sizeof(ushort);
        if (slot + sizeof(ushort) > BinaryPrimitives.ReadUInt16LittleEndian(At(message, layout, sizeof(ushort))))
            return 0;
        var offset = BinaryPrimitives.ReadUInt16LittleEndian(At(message, layout + slot, sizeof(ushort)));
        return offset == 0 ? 0 : At(message, table + offset, 1).Length > 0 ? table + offset : throw Wrong();
    }

    private static int Follow(ReadOnlySpan<byte> message, int at) => checked(at + (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(At(message, at, sizeof(uint))), int.MaxValue / 2));

    private static ReadOnlySpan<byte> At(ReadOnlySpan<byte> message, int at, int length) => at >= 0 && at <= message.Length - length ? message.Slice(at, length) : throw Wrong();

    private static InvalidDataException Wrong() => new("a message of it leads out of itself");
}
