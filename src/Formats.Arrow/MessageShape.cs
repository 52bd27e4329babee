using System.Buffers.Binary;

namespace Cairn.Formats.Arrow;

/// <summary>Looks at a message, which FlatBuffers lays out as tables, before the library reads it: the library takes memory for the lists that a batch
/// announces before their elements are there.</summary>
internal static class MessageShape
{
    private const int Schema = 1;
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

    /// <summary>Whether a message is a schema.</summary>
    public static bool IsSchema(ReadOnlySpan<byte> message) => Field(message, Follow(message, 0), 1) is var at and > 0 && message[at] == Schema;

    /// <summary>Makes the schema message of a file's footer: a table of FlatBuffers refers to what comes after it by the distance, so the footer goes behind a new head as it is.</summary>
    /// <exception cref="InvalidDataException">The footer has no schema.</exception>
    public static byte[] SchemaOf(ReadOnlySpan<byte> footer)
    {
        const int Layout = 4, Table = 16, Header = Table + 4, Version = Table + 8, Type = Table + 10, Head = 32;
        var root = Follow(footer, 0);
        var schema = Field(footer, root, 1) is var at and > 0 ? Follow(footer, at) : throw new InvalidDataException("its footer has no schema");
        At(footer, schema, sizeof(int));
        var message = new byte[Head + ((footer.Length + 7) & ~7)];
        footer.CopyTo(message.AsSpan(Head));
        BinaryPrimitives.WriteInt32LittleEndian(message, Table);
        // The lengths of the layout and of the table, and where in it the version, the type and the header are.
        ReadOnlySpan<ushort> layout = [10, 12, Version - Table, Type - Table, Header - Table];
        for (var i = 0; i < layout.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(Layout + (i * sizeof(ushort))), layout[i]);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(Table), Table - Layout);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(Header), Head + schema - Header);
        if (Field(footer, root, 0) is var version and > 0)
            At(footer, version, sizeof(short)).CopyTo(message.AsSpan(Version));
        message[Type] = Schema;
        return message;
    }

    private static void CheckList(ReadOnlySpan<byte> message, int field)
    {
        if (field == 0)
            return;
        var list = Follow(message, field);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(At(message, list, sizeof(uint)));
        if (count * (long)NodeLength > message.Length - list)
            throw new InvalidDataException($"a batch announces {count} arrays or buffers, for which its message has no room");
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

    private static InvalidDataException Wrong() => new("a message has an offset outside of it");
}
