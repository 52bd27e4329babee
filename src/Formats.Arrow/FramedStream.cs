using System.Buffers.Binary;
using Cairn.Streams;

namespace Cairn.Formats.Arrow;

/// <summary>The messages of an IPC stream or file, one after the other, each of which is there in the length that it announces: the library takes memory for a message before it reads it.</summary>
/// <remarks>Of the file format, the mark before and the footer behind the messages are left out. At the end, the rest of the file is read too, which checks its digest.</remarks>
/// <param name="inner">The file, at its first byte; owned.</param>
/// <param name="length">How many bytes it has.</param>
/// <param name="readSchema">Reads the schema message that a file does not begin with.</param>
internal sealed class FramedStream(Stream inner, long length, Func<CancellationToken, ValueTask<byte[]>> readSchema) : ReadOnlyStream
{
    private const int Continuation = -1;
    private byte[] _head = [];
    private int _inHead;
    private long _left = length;
    private long _body;
    private (byte[] Head, long Body)? _held;
    private bool _endsNext;
    private bool _begun;
    private bool _ended;

    private static ReadOnlySpan<byte> FileMark => "ARROW1\0\0"u8;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (_inHead == _head.Length && _body == 0 && !_ended)
            await BeginMessageAsync(cancellationToken).ConfigureAwait(false);
        if (_inHead < _head.Length)
        {
            var part = _head.AsMemory(_inHead, Math.Min(buffer.Length, _head.Length - _inHead));
            part.CopyTo(buffer);
            _inHead += part.Length;
            return part.Length;
        }
        var count = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _body)], cancellationToken).ConfigureAwait(false);
        if (count == 0 && _body > 0)
            throw new EndOfStreamException("it ends within a message");
        _body -= count;
        _left -= count;
        return count;
    }

    /// <summary>Reads what is left of the file.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken) => await inner.CopyToAsync(Null, cancellationToken).ConfigureAwait(false);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask BeginMessageAsync(CancellationToken cancellationToken)
    {
        if (_endsNext)
        {
            End();
            return;
        }
        if (_held is { } held)
        {
            (_head, _inHead, _body, _held) = (held.Head, 0, held.Body, null);
            return;
        }
        var first = new byte[8];
        var beginsFile = false;
        if (!_begun)
        {
            _begun = true;
            if (_left < first.Length)
                throw new InvalidDataException($"it has {_left} bytes and no schema");
            await ReadAsync(first, 0).ConfigureAwait(false);
            beginsFile = first.AsSpan().SequenceEqual(FileMark);
            if (beginsFile)
                await ReadAsync(first, 0).ConfigureAwait(false);
        }
        else if (_left >= first.Length)
        {
            await ReadAsync(first, 0).ConfigureAwait(false);
        }
        else
        {
            End();
            return;
        }
        // Writers before version 0.15 put no mark before the length.
        var mark = BinaryPrimitives.ReadInt32LittleEndian(first);
        var prefix = mark == Continuation ? 8 : 4;
        var metadata = mark == Continuation ? BinaryPrimitives.ReadInt32LittleEndian(first.AsSpan(4)) : mark;
        if (metadata == 0)
        {
            if (beginsFile)
                await PutSchemaAsync([], 0).ConfigureAwait(false);
            else
                End();
            return;
        }
        if (metadata < 8 || metadata - (8 - prefix) > _left)
            throw new InvalidDataException($"a message announces {metadata} bytes, and {_left} are left");
        var head = new byte[prefix + metadata];
        first.CopyTo(head, 0);
        await ReadAsync(head, 8).ConfigureAwait(false);
        var body = MessageShape.Check(head.AsSpan(prefix));
        if (body < 0 || body > _left)
            throw new InvalidDataException($"the body of a message announces {body} bytes, and {_left} are left");
        if (beginsFile && !MessageShape.IsSchema(head.AsSpan(prefix)))
            await PutSchemaAsync(head, body).ConfigureAwait(false);
        else
            (_head, _inHead, _body) = (head, 0, body);

        // Before a message that is held back; an empty one is the end.
        async ValueTask PutSchemaAsync(byte[] next, long nextBody)
        {
            var schema = await readSchema(cancellationToken).ConfigureAwait(false);
            var framed = new byte[8 + schema.Length];
            BinaryPrimitives.WriteInt32LittleEndian(framed, Continuation);
            BinaryPrimitives.WriteInt32LittleEndian(framed.AsSpan(4), schema.Length);
            schema.CopyTo(framed, 8);
            (_head, _inHead, _body, _held) = (framed, 0, 0, next.Length > 0 ? (next, nextBody) : null);
            _endsNext = next.Length == 0;
        }

        async ValueTask ReadAsync(byte[] target, int from)
        {
            await inner.ReadExactlyAsync(target.AsMemory(from), cancellationToken).ConfigureAwait(false);
            _left -= target.Length - from;
        }

        void End() => (_ended, _head, _inHead, _body) = (true, [], 0, 0);
    }
}
