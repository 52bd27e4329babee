using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Providers.Gcs;

/// <summary>The content of one generation, resumed at the byte where a connection breaks. The façade verifies the checksum.</summary>
internal sealed class GcsBody : ReadOnlyStream
{
    private const int Worthwhile = 128 << 10;

    private readonly GcsReader _reader;
    private readonly GcsClient _client;
    private readonly StorePath _path;
    private readonly StoreEntry _info;
    private HttpResponseMessage? _response;
    private Stream? _content;
    private GcsAttempts _attempts;
    private long _offset;
    private long _left;

    public GcsBody(GcsReader reader, GcsClient client, StorePath path, StoreEntry info, HttpResponseMessage response, long offset, long length)
    {
        (_reader, _client, _path, _info, _response, _offset, _left) = (reader, client, path, info, response, offset, length);
        _attempts = client.Begin();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;
        while (true)
        {
            TimeSpan delay;
            try
            {
                var read = await ReadOnceAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken).ConfigureAwait(false);
                return Took(read);
            }
            catch (Exception e) when (_info.ETag is not null && _attempts.MayRetry(e, cancellationToken, out delay))
            {
                Drop();
            }
            await _client.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var patience = _client.Patience(cancellationToken);
        var read = 0;
        try
        {
            _response ??= await _reader.ReopenAsync(_path, _info.ETag, _offset, _left, cancellationToken).ConfigureAwait(false);
            _content ??= await _response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            // Sockets return little data at a time, and each read wakes a reader.
            while (read < Math.Min(buffer.Length, Worthwhile))
            {
                var count = await _content.ReadAsync(buffer[read..], patience.Token).ConfigureAwait(false);
                if (count == 0)
                    throw new EndOfStreamException($"The body ended {_left - read} bytes early.");
                read += count;
                patience.Extend();
            }
            return read;
        }
        catch (Exception) when (read > 0 && _info.ETag is not null && !cancellationToken.IsCancellationRequested)
        {
            // The received bytes are returned; the next read reports the break.
            Drop();
            return read;
        }
        catch (OperationCanceledException e) when (patience.IsOver)
        {
            throw patience.Over(e);
        }
    }

    private int Took(int read)
    {
        if (_attempts.Failed > 0)
            _attempts = _client.Begin();
        _offset += read;
        _left -= read;
        return read;
    }

    private void Drop()
    {
        _content?.Dispose();
        _response?.Dispose();
        (_content, _response) = (null, null);
    }
}
