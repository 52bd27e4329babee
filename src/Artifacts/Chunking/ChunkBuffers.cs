using System.Buffers;

namespace Cairn.Artifacts.Chunking;

/// <summary>The memory in which blobs are cut into chunks, bounded for all saves of a repository: a few saves at a time have buffers, the others wait for them.</summary>
/// <remarks>
/// A save takes its share before its first file in chunks and keeps it until it ends; all its files use that share, so that no save waits for itself. A file has a segment of 8 MiB and up to two packs of 32 MiB.
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
    private long _rented;
    private long _most;

    /// <summary>The most bytes that were rented at the same time.</summary>
    public long MostRented => Interlocked.Read(ref _most);

    /// <summary>Waits for a share.</summary>
    public Task TakeAsync(CancellationToken cancellationToken) => _saves.WaitAsync(cancellationToken);

    /// <summary>Gives a share back.</summary>
    public void GiveBack() => _saves.Release();

    /// <summary>Rents a buffer of at least this length.</summary>
    public byte[] Rent(int length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        var rented = Interlocked.Add(ref _rented, buffer.Length);
        for (var most = MostRented; rented > most; most = MostRented)
            Interlocked.CompareExchange(ref _most, rented, most);
        return buffer;
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Add(ref _rented, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
