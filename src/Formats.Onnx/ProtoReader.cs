using System.Text;

namespace Cairn.Formats.Onnx;

/// <summary>Reads the wire format of Protobuf from a stream, field by field: what is not asked for is passed over and never held in memory.</summary>
/// <param name="stream">The stream, at its start.</param>
/// <param name="length">Its length: no field goes beyond.</param>
internal sealed class ProtoReader(Stream stream, long length)
{
    public const int Varint = 0;
    public const int Bytes = 2;
    private const int LongestText = 1 << 20;
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _at;
    private int _filled;
    private long _filledTo;

    /// <summary>Where the next byte is.</summary>
    public long Position => _filledTo - _filled + _at;

    /// <summary>The next field's number and wire type; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">There is no field.</exception>
    public (int Field, int Wire) ReadTag(long end)
    {
        if (Position == end)
            return (0, 0);
        var tag = ReadVarint(end);
        return tag is >= 8 and <= uint.MaxValue ? ((int)(tag >> 3), (int)(tag & 7)) : throw Malformed();
    }

    /// <summary>A number.</summary>
    public ulong ReadVarint(long end)
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadByte(end);
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }
        throw Malformed();
    }

    /// <summary>Enters a field of bytes.</summary>
    /// <returns>Where it ends.</returns>
    public long ReadEnd(long end)
    {
        var count = ReadVarint(end);
        return count <= (ulong)(end - Position) ? Position + (long)count
            : throw new InvalidDataException($"it ends within a field: {count} bytes are announced at byte {Position}, and {end - Position} are left");
    }

    /// <summary>A field of bytes as text; characters that are not UTF-8 are replaced.</summary>
    public string ReadText(long end)
    {
        var to = ReadEnd(end);
        if (to - Position > LongestText)
            throw new InvalidDataException($"it has a name of {to - Position} bytes at byte {Position}, more than the {LongestText} that one may have");
        var content = new byte[to - Position];
        for (var i = 0; i < content.Length; i++)
            content[i] = ReadByte(to);
        return Encoding.UTF8.GetString(content);
    }

    /// <summary>Passes over a field.</summary>
    public void Skip(int wire, long end)
    {
        switch (wire)
        {
            case Varint:
                _ = ReadVarint(end);
                break;
            case 1:
                SkipTo(Position + 8, end);
                break;
            case Bytes:
                SkipTo(ReadEnd(end), end);
                break;
            case 5:
                SkipTo(Position + 4, end);
                break;
            default:
                throw Malformed();
        }
    }

    /// <summary>Passes over all bytes up to a position.</summary>
    public void SkipTo(long position, long end)
    {
        if (position > end)
            throw new InvalidDataException($"it ends within a field at byte {Position}");
        var count = position - Position;
        if (count <= _filled - _at)
        {
            _at += (int)count;
            return;
        }
        if (stream.CanSeek)
        {
            stream.Position = position;
            (_at, _filled, _filledTo) = (0, 0, position);
            return;
        }
        while (Position < position)
        {
            if (_at == _filled)
                Fill();
            _at += (int)Math.Min(_filled - _at, position - Position);
        }
    }

    private byte ReadByte(long end)
    {
        if (Position >= end)
            throw new InvalidDataException($"it ends within a field at byte {Position}");
        if (_at == _filled)
            Fill();
        return _buffer[_at++];
    }

    private void Fill()
    {
        var read = stream.Read(_buffer, 0, (int)Math.Min(_buffer.Length, length - _filledTo));
        if (read == 0)
            throw new InvalidDataException($"it ends within a field at byte {_filledTo}");
        (_at, _filled, _filledTo) = (0, read, _filledTo + read);
    }

    private InvalidDataException Malformed() => new($"byte {Position} does not belong to a field of Protobuf");
}
