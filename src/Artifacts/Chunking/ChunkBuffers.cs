using System.Collections.Concurrent;

namespace Cairn.Artifacts.Chunking;

/// <summary>The memory in which blobs are cut into chunks, bounded for all saves of a repository: a few saves at a time have buffers, the others wait for them.</summary>
/// <remarks>
/// A save takes its share before its first file in chunks and keeps it until it ends; all its files use that share, so that no save waits for itself. A file
/// has a segment of 8 MiB and up to two packs of 32 MiB.
/// The buffers are kept here and not in the shared pool, which keeps some for each thread that returned one; when no save has a share, none is kept.
/// </remarks>
internal sealed class ChunkBuffers
{
    /// <summary>How many saves have buffers at the same time.</summary>
    public const int Saves = 4;

    /// <summary>The bytes that are cut at once.</summary>
    public const int SegmentLength = 8 << 20;

    /// <summary>The most bytes of a pack.</summary>
    public const int PackLength = 32 << 20;

    private readonly SemaphoreSlim _saves = new(Saves, Saves);
    private readonly ConcurrentStack<byte[]> _segments = new();
    private readonly ConcurrentStack<byte[]> _packs = new();
    private int _shares;
    private long _rented;
    private long _most;

    /// <summary>The bytes that are rented now.</summary>
    public long Rented => Interlocked.Read(ref _rented);

    /// <summary>The most bytes that were rented at the same time.</summary>
    public long MostRented => Interlocked.Read(ref _most);

    /// <summary>Waits for a share.</summary>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await _saves.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _shares);
    }

    /// <summary>Gives a share back.</summary>
    public void GiveBack()
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            _segments.Clear();
            _packs.Clear();
        }
        _saves.Release();
    }

    /// <summary>Rents a buffer of <see cref="SegmentLength"/> or <see cref="PackLength"/> bytes.</summary>
    public byte[] Rent(int length)
    {
        var buffer = Kept(length).TryPop(out var kept) ? kept : GC.AllocateUninitializedArray<byte>(length);
        var rented = Interlocked.Add(ref _rented, buffer.Length);
        for (var most = MostRented; rented > most; most = MostRented)
            Interlocked.CompareExchange(ref _most, rented, most);
        return buffer;
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Add(ref _rented, -buffer.Length);
        Kept(buffer.Length).Push(buffer);
    }

    private ConcurrentStack<byte[]> Kept(int length) => length == SegmentLength ? _segments : _packs;
}
