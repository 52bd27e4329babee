using System.Text;
using Google.Protobuf;

namespace Cairn.Plugins.Protobuf;

/// <summary>The first fields of a message as text, from its bytes alone: numbers instead of names, since no schema is at hand.</summary>
internal static class ProtobufFields
{
    private const int Most = 20;
    private const int LongestText = 60;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A line for each field, as far as they can be read.</summary>
    public static List<string> Describe(byte[] head)
    {
        var lines = new List<string>();
        using var input = new CodedInputStream(head);
        try
        {
            while (input.ReadTag() is var tag and not 0)
            {
                if (lines.Count == Most)
                {
                    lines.Add("…");
                    break;
                }
                lines.Add($"{WireFormat.GetTagFieldNumber(tag)}: {Value(input, tag)}");
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // The head may end within a field.
            lines.Add("…");
        }
        return lines;
    }

    /// <summary>A text of a file as a message shows it: short, and on one line.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length > LongestText ? text[..LongestText] + "…" : text).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    private static string Value(CodedInputStream input, uint tag)
    {
        switch (WireFormat.GetTagWireType(tag))
        {
            case WireFormat.WireType.Varint:
                return $"{input.ReadUInt64()}";
            case WireFormat.WireType.Fixed32:
                return $"0x{input.ReadFixed32():x8}";
            case WireFormat.WireType.Fixed64:
                return $"0x{input.ReadFixed64():x16}";
            case WireFormat.WireType.LengthDelimited:
                var bytes = input.ReadBytes();
                return Text(bytes.Span) is { } text ? $"\"{Shown(text)}\"" : $"{bytes.Length} bytes";
            default:
                input.SkipLastField();
                return "a group";
        }
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = Strict.GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
