using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Cairn.Errors;

namespace Cairn.Materializers.Arrays;

/// <summary>The head of an <c>.npy</c> file: versions 1 to 3 are read; 1 is written, and 2 where 1 has no room.</summary>
internal sealed record NpyHeader(string Type, bool IsBigEndian, bool IsFortranOrder, int[] Shape, int Count)
{
    private const int MaxText = 64 << 10;
    private const int MaxRank = 32;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The head of an array in C order with this machine's order of bytes.</summary>
    public static byte[] Write(string type, int itemSize, IReadOnlyList<int> shape)
    {
        var order = itemSize == 1 ? '|' : BitConverter.IsLittleEndian ? '<' : '>';
        var sizes = shape.Count == 1 ? $"{shape[0]}," : string.Join(", ", shape);
        var text = $"{{'descr': '{order}{type}', 'fortran_order': False, 'shape': ({sizes}), }}";
        var length = (Magic.Length + 4 + text.Length + 1 + 63) / 64 * 64;
        var head = new byte[length];
        head.AsSpan().Fill((byte)' ');
        Magic.CopyTo(head);
        (head[6], head[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(8), checked((ushort)(length - 10)));
        Encoding.ASCII.GetBytes(text, head.AsSpan(10));
        head[^1] = (byte)'\n';
        return head;
    }

    /// <summary>Reads a head, and no byte further.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static async ValueTask<(NpyHeader Header, int Length)> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var start = new byte[12];
        await FillAsync(stream, start.AsMemory(0, 10), cancellationToken).ConfigureAwait(false);
        Check(start.AsSpan(0, 6).SequenceEqual(Magic), "it does not begin as an .npy file");
        var version = start[6];
        Check(version is >= 1 and <= 3 && start[7] == 0, $"its .npy version is {version}.{start[7]}, and 1.0 to 3.0 are known");
        var fixedPart = version == 1 ? 10 : 12;
        if (version > 1)
            await FillAsync(stream, start.AsMemory(10, 2), cancellationToken).ConfigureAwait(false);
        var length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        Check(length <= MaxText, $"its header has {length} bytes, more than {MaxText}");
        var text = new byte[length];
        await FillAsync(stream, text, cancellationToken).ConfigureAwait(false);
        return (Parse((version == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text)), fixedPart + (int)length);
    }

    private static async ValueTask FillAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken) =>
        Check(await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == buffer.Length, "it ends within its header");

    private static NpyHeader Parse(string text)
    {
        var literal = new PythonLiteral(text);
        string? type = null;
        bool? fortran = null;
        int[]? shape = null;
        literal.Expect('{');
        while (!literal.Take('}'))
        {
            var key = literal.Text();
            literal.Expect(':');
            switch (key)
            {
                case "descr" when type is null:
                    type = literal.Text();
                    break;
                case "fortran_order" when fortran is null:
                    fortran = literal.Boolean();
                    break;
                case "shape" when shape is null:
                    shape = literal.Tuple(MaxRank);
                    break;
                default:
                    throw new InvalidDataException($"its header has an unknown or second key '{ErrorText.Escape(key)}'");
            }
            if (!literal.Take(','))
            {
                literal.Expect('}');
                break;
            }
        }
        literal.End();
        Check(type is { Length: >= 2 } && fortran is not null && shape is not null, "its header lacks descr, fortran_order or shape");
        var order = type![0];
        Check(order is '<' or '>' or '|' or '=', $"its dtype is '{ErrorText.Escape(type)}', which is not a number");
        var count = 1L;
        foreach (var n in shape!)
            count = count * n is var product and <= int.MaxValue ? product : throw new InvalidDataException($"its shape ({string.Join(", ", shape)}) holds more elements than an array can");
        return new(type[1..], order == '>' || (order == '=' && !BitConverter.IsLittleEndian), fortran!.Value && shape.Length > 1, shape, (int)count);
    }

    private static void Check(bool holds, string problem)
    {
        if (!holds)
            throw new InvalidDataException(problem);
    }

    /// <summary>The few Python literals that a header may hold. Nothing is evaluated.</summary>
    private ref struct PythonLiteral(string text)
    {
        private ReadOnlySpan<char> _rest = text;

        public bool Take(char c)
        {
            _rest = _rest.TrimStart(" \n");
            if (_rest.IsEmpty || _rest[0] != c)
                return false;
            _rest = _rest[1..];
            return true;
        }

        public void Expect(char c) => Check(Take(c), $"its header lacks a '{c}'");

        public string Text()
        {
            var quote = Take('\'') ? '\'' : Take('"') ? '"' : throw new InvalidDataException("its header lacks a text; structured types are not numbers");
            var end = _rest.IndexOf(quote);
            Check(end >= 0, "its header has a text without end");
            var value = _rest[..end].ToString();
            _rest = _rest[(end + 1)..];
            return value;
        }

        public bool Boolean()
        {
            _rest = _rest.TrimStart(" \n");
            var value = _rest.StartsWith("True");
            Check(value || _rest.StartsWith("False"), "its header lacks a True or False");
            _rest = _rest[(value ? 4 : 5)..];
            return value;
        }

        public int[] Tuple(int most)
        {
            var values = new List<int>();
            Expect('(');
            while (!Take(')'))
            {
                Check(values.Count < most, $"its shape has more than {most} dimensions");
                _rest = _rest.TrimStart(" \n");
                var digits = _rest.IndexOfAnyExceptInRange('0', '9') is var n and >= 0 ? n : _rest.Length;
                Check(int.TryParse(_rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var value), "its shape contains a value that is not an array length");
                values.Add(value);
                _rest = _rest[digits..];
                // Python 2 wrote long integers so.
                Take('L');
                if (!Take(','))
                {
                    Expect(')');
                    break;
                }
            }
            return [.. values];
        }

        public readonly void End() => Check(_rest.Trim(" \n").IsEmpty, "its header goes on after its end");
    }
}
