using Cairn.Providers;

namespace Cairn.Reading;

/// <summary>Content that comes in one direction: a read elsewhere opens a new response.</summary>
internal sealed class RemoteContent(PinnedFile file, StoreRead read, long start, long length) : ReadContent
{
    private StoreRead? _open = read;
    private long _at;

    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (offset != _at || _open is null)
        {
            await DisposeAsync().ConfigureAwait(false);
            _open = await file.OpenAsync(new ByteRange(start + offset, length - offset), null, cancellationToken).ConfigureAwait(false);
            _at = offset;
        }
        try
        {
            var count = await _open.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw file.Failure(StoreErrorCode.Unavailable, "the connection ended early");
            _at += count;
            return count;
        }
        catch (Exception e) when (file.IsRaw(e, cancellationToken))
        {
            throw file.Wrap(e);
        }
    }

    public override int Read(long offset, Memory<byte> buffer) => ReadAsync(offset, buffer, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public override async ValueTask DisposeAsync()
    {
        if (_open is { } open)
        {
            _open = null;
            await open.DisposeAsync().ConfigureAwait(false);
        }
    }
}
