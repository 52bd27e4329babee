using Cairn.Streams;

namespace Cairn.Artifacts.Chunking;

/// <summary>The bytes of a blob that is stored in chunks, or a part of them, run after run. They are not checked here.</summary>
internal sealed class ChunkedStream(ArtifactStore store, ChunkRecipe recipe, ByteRange range) : ReadOnlyStream
{
    private readonly long _length = range.LengthIn(recipe.Length);
    private StoreReadStream? _run;
    private long _skip = range.Offset;
    private int _next;
    private long _position;
    private bool _disposed;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("A blob is read from first to last byte.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position == _length)
            return 0;
        buffer = buffer[..(int)Math.Min(buffer.Length, _length - _position)];
        while (true)
        {
            if (_run is not null)
            {
                var count = await _run.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                _position += count;
                if (count > 0)
                    return count;
                await _run.DisposeAsync().ConfigureAwait(false);
                _run = null;
            }
            if (_next == recipe.Runs.Count)
                return 0;
            var run = recipe.Runs[_next++];
            if (_skip >= run.Length)
            {
                _skip -= run.Length;
                continue;
            }
            var options = new OpenReadOptions { Range = new(run.Offset + _skip, Math.Min(run.Length - _skip, _length - _position)), IsSequential = true };
            _skip = 0;
            _run = await store.OpenReadAsync(ChunkStore.PackPath(recipe.Packs[run.Pack]), options, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_run is not null)
            await _run.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
            Synchronously.Wait(DisposeAsync());
        base.Dispose(disposing);
    }
}
