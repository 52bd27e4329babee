using System.Net.Sockets;

namespace Cairn.TestServers.Proxy;

/// <summary>A socket with what was received and not yet used. One reader and one writer at a time.</summary>
internal sealed class BufferedSocket(Socket socket) : IDisposable
{
    // Not pooled: a receive that is still under way when the connection is given up must not write into somebody else's buffer.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(80 * 1024);
    private int _start, _end;

    public Memory<byte> Buffered => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether the peer has closed, or sent what nobody asked for, while the connection was idle.</summary>
    public bool IsStale => socket.Poll(0, SelectMode.SelectRead);

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>Receives more behind what is buffered; 0 when the peer closed.</summary>
    public async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == _buffer.Length)
        {
            if (_start == 0) throw new InvalidDataException("The head of a message does not fit the buffer.");
            Buffered.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        int read = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        return read;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty) data = data[await socket.SendAsync(data, cancellationToken)..];
    }

    /// <summary>Ends with RST: the peer sees a broken connection, also for what is still under way.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    /// <summary>Ends in order: the peer reads what was sent, then the end.</summary>
    public async Task CloseAsync()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            // Unread bytes at close would turn the end into a reset and take the answer with them.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            byte[] rest = new byte[16 * 1024];
            while (await socket.ReceiveAsync(rest.AsMemory(), patience.Token) > 0) { }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        socket.Close();
    }

    public void Dispose() => socket.Dispose();
}
