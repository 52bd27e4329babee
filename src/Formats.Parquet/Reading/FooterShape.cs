namespace Cairn.Formats.Parquet.Reading;

/// <summary>Walks through a footer, which is in Thrift's compact form, before the library reads it: the library takes memory for the lists that a footer
/// announces before their elements are there.</summary>
internal ref struct FooterShape
{
    private const int Deepest = 32;
    private ReadOnlySpan<byte> _left;

    private FooterShape(ReadOnlySpan<byte> footer) => _left = footer;

    /// <summary>Checks that no list and no text is longer than the bytes that follow it.</summary>
    /// <exception cref="InvalidDataException">One is, or the footer ends early.</exception>
    public static void Check(ReadOnlySpan<byte> footer) => new FooterShape(footer).SkipStruct(0);

    private void SkipStruct(int depth)
    {
        if (depth > Deepest)
            throw new InvalidDataException("its footer is nested too deeply");
        while (true)
        {
            var head = Next();
            if (head == 0)
                return;
            if (head >> 4 == 0)
                Varint();
            // Of a field that is true or false, the head has the value.
            if ((head & 15) is not (1 or 2))
                Skip(head & 15, depth);
        }
    }

    private void Skip(int type, int depth)
    {
        switch (type)
        {
            case 1 or 2 or 3:
                Next();
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                Take(8);
                break;
            case 8:
                Take(Varint());
                break;
            case 9 or 10:
                var head = Next();
                var count = head >> 4 is var few and < 15 ? (ulong)few : Varint();
                SkipAll(count, depth, head & 15, null);
                break;
            case 11:
                if (Varint() is var pairs and > 0)
                {
                    var types = Next();
                    SkipAll(pairs, depth, types >> 4, types & 15);
                }
                break;
            case 12:
                SkipStruct(depth + 1);
                break;
            default:
                throw new InvalidDataException($"its footer has a value of the unknown type {type}");
        }
    }

    private void SkipAll(ulong count, int depth, int type, int? second)
    {
        if (depth > Deepest || count > (ulong)_left.Length)
            throw new InvalidDataException($"its footer has a list of {count} elements, and {_left.Length} bytes are left");
        for (var i = 0UL; i < count; i++)
        {
            Skip(type, depth + 1);
            if (second is { } other)
                Skip(other, depth + 1);
        }
    }

    private byte Next()
    {
        if (_left.IsEmpty)
            throw new InvalidDataException("its footer ends early");
        var value = _left[0];
        _left = _left[1..];
        return value;
    }

    private void Take(ulong count)
    {
        if (count > (ulong)_left.Length)
            throw new InvalidDataException($"its footer has a text of {count} bytes, and {_left.Length} are left");
        _left = _left[(int)count..];
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Next();
            value |= (ulong)(part & 127) << shift;
            if (part < 128)
                return value;
        }
        throw new InvalidDataException("its footer has a number of more than 64 bits");
    }
}
