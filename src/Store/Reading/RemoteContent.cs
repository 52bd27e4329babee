using System.Buffers;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Reading;

/// <summary>
/// Makes sequential content seekable: a <see cref="RemoteFetch"/> fills blocks in the background, a bounded distance ahead of the reader. Some blocks that
/// were read are kept for short seeks backwards; other seeks open another request for the same version.
/// </summary>
/// <remarks>
/// A request after a seek is small, and four times as large each time the reader continues at its end: a reader that seeks wastes little, and one that
/// continues soon streams. (The reader of an archive seeks to the directory at its end and then from entry to entry.)
/// </remarks>
internal sealed class RemoteContent : ReadContent
{
    internal const int BlockSize = 256 << 10;
    internal const int KeptBlocks = 16;

    /// <summary>The maximum number of blocks of a forward seek that waits for data in transit; a longer seek opens another request.</summary>
    private const int Reach = 4;

    private readonly PinnedFile _file;
    private readonly long _length;
    private readonly long _blockCount;
    private readonly int _ahead;
    private readonly int _kept;
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Block> _blocks = [];
    private readonly List<Task> _ending = [];
    private StoreRead? _first;
    private RemoteFetch? _fetch;
    private TaskCompletionSource? _arrived;
    private TaskCompletionSource? _room;
    private long _reader;
    private long _window;
    private long _uses;

    /// <param name="file">The file, pinned to its version.</param>
    /// <param name="read">The open response, which this object owns.</param>
    /// <param name="start">The start of the span in the file.</param>
    /// <param name="length">The length of the span.</param>
    /// <param name="readAhead">The maximum number of bytes to read ahead; at least one block.</param>
    /// <param name="keepBlocks">false for a reader that never seeks backwards: blocks that were read are not kept.</param>
    public RemoteContent(PinnedFile file, StoreRead read, long start, long length, int readAhead, bool keepBlocks)
    {
        (_file, _first, Start, _length) = (file, read, start, length);
        _blockCount = (length + BlockSize - 1) / BlockSize;
        _window = _blockCount;
        _ahead = Math.Max(1, readAhead / BlockSize);
        _kept = keepBlocks ? KeptBlocks : 1;
    }

    /// <summary>Gets the start of the span in the file.</summary>
    public long Start { get; }

    public override async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryRead(offset, buffer.Span, out var count, out var arrival))
                return count;
            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        while (true)
        {
            if (TryRead(offset, buffer, out var count, out var arrival))
                return count;
            Synchronously.Wait(arrival);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        Task[] ending;
        lock (_gate)
        {
            DropFetch();
            ending = [.. _ending];
        }
        await Task.WhenAll(ending).ConfigureAwait(false);
        // What no fetch has taken over.
        if (_first is { } first)
        {
            _first = null;
            await first.DisposeAsync().ConfigureAwait(false);
        }
        lock (_gate)
        {
            foreach (var block in _blocks.Values)
                block.Return();
            _blocks.Clear();
        }
    }

    /// <summary>Waits until the fetch may fill its next block; null when it has been dropped.</summary>
    internal async ValueTask<Block?> NextBlockAsync(RemoteFetch fetch, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (!ReferenceEquals(_fetch, fetch))
                    return null;
                if (fetch.Next - _reader < _ahead)
                {
                    MakeRoom();
                    var block = new Block((int)Math.Min(BlockSize, _length - fetch.Next * BlockSize));
                    // One that is not full belongs to a fetch that was dropped and may still be writing into it.
                    if (_blocks.Remove(fetch.Next, out var old) && old.Filled == old.Length)
                        old.Return();
                    _blocks.Add(fetch.Next, block);
                    return block;
                }
                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes note of bytes that a fetch has put into its block.</summary>
    internal void Arrived(RemoteFetch fetch, Block block, int count)
    {
        lock (_gate)
        {
            block.Filled += count;
            if (block.Filled == block.Length)
                fetch.Next++;
            Wake(ref _arrived);
        }
    }

    /// <summary>Takes note of a fetch's end, and of the block that it leaves half filled.</summary>
    internal void Ended(RemoteFetch fetch, Block? unfinished, Exception? failure)
    {
        lock (_gate)
        {
            if (unfinished is not null)
            {
                if (_blocks.TryGetValue(fetch.Next, out var known) && ReferenceEquals(known, unfinished))
                    _blocks.Remove(fetch.Next);
                unfinished.Return();
            }
            fetch.Failure = failure;
            fetch.HasEnded = true;
            Wake(ref _arrived);
        }
    }

    private static void Wake(ref TaskCompletionSource? waiting)
    {
        waiting?.TrySetResult();
        waiting = null;
    }

    /// <summary>Reads what is there; otherwise sees to it that it comes.</summary>
    private bool TryRead(long offset, Span<byte> buffer, out int count, out Task arrival)
    {
        lock (_gate)
        {
            count = Copy(offset, buffer);
            arrival = Task.CompletedTask;
            if (count > 0)
                return true;
            var index = offset / BlockSize;
            if (_fetch is { Failure: { } failure } && index == _fetch.Next)
            {
                _fetch = null;
                throw failure;
            }
            if (!WillCome(index))
                Fetch(index, buffer.Length);
            MoveReader(index);
            arrival = (_arrived ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return false;
        }
    }

    private int Copy(long offset, Span<byte> buffer)
    {
        var copied = 0;
        while (copied < buffer.Length)
        {
            var index = (offset + copied) / BlockSize;
            var within = (int)((offset + copied) % BlockSize);
            if (!_blocks.TryGetValue(index, out var block) || block.Filled <= within)
                break;
            var count = Math.Min(block.Filled - within, buffer.Length - copied);
            block.Data.AsSpan(within, count).CopyTo(buffer[copied..]);
            block.LastUse = ++_uses;
            copied += count;
            MoveReader(index);
        }
        return copied;
    }

    private void MoveReader(long index)
    {
        if (_reader == index)
            return;
        _reader = index;
        Wake(ref _room);
    }

    private bool WillCome(long index) => _fetch is { HasEnded: false } fetch && index >= fetch.Next && index < fetch.End && index - fetch.Next <= Reach;

    private void Fetch(long index, int wanted)
    {
        var goesOn = _fetch is { } last && index == last.End;
        DropFetch();
        if (_first is { } first && index <= Reach)
        {
            _first = null;
            Run(new RemoteFetch(this, _file, first, 0, _blockCount, _length));
            return;
        }
        if (_first is { } unused)
        {
            _first = null;
            _ending.Add(unused.DisposeAsync().AsTask());
        }
        var blocks = Math.Max(1, (wanted + BlockSize - 1) / BlockSize);
        _window = goesOn ? Math.Min(_blockCount, Math.Max(_window, blocks) * 4) : blocks;
        Run(new RemoteFetch(this, _file, null, index, Math.Min(_blockCount, index + _window), _length));
    }

    private void Run(RemoteFetch fetch)
    {
        _reader = fetch.Next;
        _fetch = fetch;
        _ending.RemoveAll(static t => t.IsCompletedSuccessfully);
        _ending.Add(fetch.RunAsync());
    }

    private void DropFetch()
    {
        if (_fetch is { HasEnded: false } running)
            _ending.Add(running.StopAsync());
        _fetch = null;
        Wake(ref _room);
    }

    /// <summary>Lets go of the block that was used longest ago, when enough are kept besides those ahead of the reader.</summary>
    private void MakeRoom()
    {
        if (_blocks.Count < _kept + _ahead)
            return;
        var (oldest, oldestUse) = (-1L, long.MaxValue);
        foreach (var (index, block) in _blocks)
        {
            var isAhead = index >= _reader && index <= _fetch!.Next;
            if (!isAhead && block.Filled == block.Length && block.LastUse < oldestUse)
                (oldest, oldestUse) = (index, block.LastUse);
        }
        if (oldest >= 0 && _blocks.Remove(oldest, out var gone))
            gone.Return();
    }

    /// <summary>A run of bytes in a pooled buffer; all but <see cref="Data"/> under the content's lock.</summary>
    internal sealed class Block(int length)
    {
        public byte[] Data { get; private set; } = ArrayPool<byte>.Shared.Rent(length);

        public int Length { get; } = length;

        public int Filled { get; set; }

        public long LastUse { get; set; }

        public void Return()
        {
            if (Data.Length > 0)
                ArrayPool<byte>.Shared.Return(Data);
            Data = [];
        }
    }
}
