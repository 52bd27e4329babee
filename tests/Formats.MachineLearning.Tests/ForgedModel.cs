using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Cairn.Formats.MachineLearning.Tests;

/// <summary>Archives of models as somebody ill-meaning may write them, by the layout of ML.NET's headers and apart from the code that checks them.</summary>
internal static class ForgedModel
{
    /// <summary>A model of one part, with a loader and its assembly.</summary>
    public static byte[] WithLoader(string loader, string assembly, string entry = "TransformerChain/Model.key") => Zip(entry, Part(loader, "MODEL XF", 0x00010001, [], [], assembly));

    /// <summary>A custom mapping; the body may name the texts in another order than they are stored.</summary>
    public static byte[] WithFactory(string contract, string assembly, bool swapped = false) => Zip(
        "TransformerChain/Model.key",
        Part("CustomTransformer", "CUSTOMXF", 0x00010002, swapped ? [1, 0] : [0, 1], swapped ? [assembly, contract] : [contract, assembly], "Microsoft.ML.Transforms"));

    public static byte[] Zip(string entry, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var writer = zip.CreateEntry(entry).Open();
            writer.Write(content);
        }
        return stream.ToArray();
    }

    private static byte[] Part(string loader, string signature, uint version, int[] body, string[] texts, string assembly)
    {
        var header = new byte[0x100];
        var model = body.SelectMany(BitConverter.GetBytes).ToArray();
        var table = texts.Select((_, i) => BitConverter.GetBytes((long)texts.Take(i + 1).Sum(t => 2 * t.Length))).SelectMany(b => b).ToArray();
        var chars = Encoding.Unicode.GetBytes(string.Concat(texts));
        var name = Encoding.Unicode.GetBytes(assembly);
        long at = header.Length;
        Write(0x00, 0x4C45444F4D004C4D);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x08), 0x00010002);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x0C), 0x00010002);
        Block(0x10, model);
        if (texts.Length > 0)
        {
            Block(0x20, table);
            Block(0x30, chars);
        }
        Encoding.ASCII.GetBytes(signature).CopyTo(header, 0x40);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x48), version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x4C), version);
        Encoding.ASCII.GetBytes(loader).CopyTo(header, 0x50);
        Write(0x90, at);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(0x98), (uint)name.Length);
        at += name.Length;
        Write(0x80, at);
        Write(0x88, at + 8);
        return [.. header, .. model, .. table, .. chars, .. name, .. BitConverter.GetBytes(0x4D4C004D4F44454CL)];

        void Write(int where, long value) => BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(where), value);

        void Block(int where, byte[] content)
        {
            Write(where, at);
            Write(where + 8, content.Length);
            at += content.Length;
        }
    }
}
