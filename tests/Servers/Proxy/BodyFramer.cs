namespace Cairn.TestServers.Proxy;

/// <summary>Finds where a body ends in a stream of bytes, and which of them are payload. Not thread-safe.</summary>
internal sealed class BodyFramer
{
    private enum State { Payload, SizeLine, AfterChunk, Trailer, Done }

    private readonly bool _chunked;
    private State _state;
    private long _left;
    private long _size;
    private bool _sizeEnded;
    private int _lineLength;

    private BodyFramer(bool chunked, long? length)
    {
        _chunked = chunked;
        Length = length;
        _left = chunked ? 0 : length ?? long.MaxValue;
        _state = chunked ? State.SizeLine : length == 0 ? State.Done : State.Payload;
    }

    /// <summary>The length of the payload, where it is known beforehand.</summary>
    public long? Length { get; }

    /// <summary>Payload bytes seen so far.</summary>
    public long Payload { get; private set; }

    public bool IsDone => _state == State.Done;
    public bool EndsWithConnection => !_chunked && Length is null;

    /// <summary>The payload byte to turn into another, by position.</summary>
    public long? Flip { get; set; }

    public bool Flipped { get; private set; }

    public static BodyFramer Of(long length) => new(false, length);
    public static BodyFramer Chunked() => new(true, null);
    public static BodyFramer UntilClose() => new(false, null);

    /// <summary>How many of <paramref name="data"/>'s bytes belong to this body; flips the byte that is to be flipped.</summary>
    public int Advance(Span<byte> data)
    {
        int at = 0;
        while (at < data.Length && _state != State.Done)
        {
            if (_state == State.Payload)
            {
                int take = (int)Math.Min(_left, data.Length - at);
                if (Flip is { } flip && flip >= Payload && flip < Payload + take)
                {
                    data[at + (int)(flip - Payload)] ^= 0x20;
                    Flipped = true;
                }
                Payload += take;
                at += take;
                _left -= take;
                if (_left == 0) _state = _chunked ? State.AfterChunk : State.Done;
                continue;
            }
            byte c = data[at++];
            switch (_state)
            {
                case State.SizeLine when c == '\n':
                    (_left, _state) = (_size, _size == 0 ? State.Trailer : State.Payload);
                    (_size, _sizeEnded, _lineLength) = (0, false, 0);
                    break;
                case State.SizeLine:
                    // A chunk extension (aws-chunked has none on this level) ends the number.
                    if (!char.IsAsciiHexDigit((char)c)) _sizeEnded = true;
                    else if (!_sizeEnded) _size = _size * 16 + Convert.ToInt32(((char)c).ToString(), 16);
                    break;
                case State.AfterChunk when c == '\n': _state = State.SizeLine; break;
                case State.Trailer when c == '\n':
                    if (_lineLength == 0) _state = State.Done;
                    _lineLength = 0;
                    break;
                case State.Trailer when c != '\r': _lineLength++; break;
            }
        }
        return at;
    }
}
