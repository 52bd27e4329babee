using System.Security.Cryptography;
using System.Threading.Tasks.Sources;

namespace Cairn.Integrity;

/// <summary>SHA-256 of a stream, computed on another thread while the same bytes are written or the next ones are read.</summary>
/// <remarks>
/// <para><c>var hashed = sha.AppendAsync(block); await write(block); await hashed;</c>: the block is hashed while it is written, and is free again after both.
/// Blocks are hashed in the order of the calls. What waits is bounded by the caller's own buffers: it holds no copy, and a block must not change before its task has ended.</para>
/// <para>Small blocks are hashed at once, on the caller's thread, when nothing waits: a hand-over would cost more than the hash. Not safe for calls from
/// several threads at once.</para>
/// </remarks>
internal sealed class OverlappedSha256 : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>Up to this many bytes are hashed by the caller: about 10 µs of work, as much as waking a thread takes.</summary>
    internal const int InlineLimit = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<Block> _waiting = new();
    private readonly Stack<Block> _spare = new();
    private bool _working;
    private bool _disposed;

    /// <summary>How many bytes were appended so far.</summary>
    public long Length { get; private set; }

    /// <summary>Hashes the next block, from now on.</summary>
    /// <returns>A task that ends when the block's memory may be used again; to be awaited once, before the memory is reused or returned to its pool.</returns>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> data)
    {
        Block block;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Length += data.Length;
            if (!_working && data.Length <= InlineLimit)
            {
                _hash.AppendData(data.Span);
                return ValueTask.CompletedTask;
            }
            block = Enqueue(data);
        }
        return block.Task;
    }

    /// <summary>Hashes the next block on the caller's thread. All tasks of <see cref="AppendAsync"/> must have ended.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        for (var wait = default(SpinWait); !TryAppend(data); wait.SpinOnce())
        {
            // The other thread has ended the last block and is about to go.
        }
    }

    /// <summary>Waits for all blocks and gives the digest of all of them; the instance then starts anew.</summary>
    public async ValueTask<Checksum> FinishAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        return Finish();
    }

    /// <summary>Waits until no block is in use. Never throws.</summary>
    public ValueTask DrainAsync()
    {
        lock (_gate)
            return _working ? Enqueue(default).Task : ValueTask.CompletedTask;
    }

    /// <summary>Waits until no block is in use, then releases the hash.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        _hash.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            Block? block;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out block))
                {
                    _working = false;
                    return;
                }
            }
            _hash.AppendData(block.Data.Span);
            block.Complete();
        }
    }

    private bool TryAppend(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_working)
                return false;
            Length += data.Length;
            _hash.AppendData(data);
            return true;
        }
    }

    private Checksum Finish()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _hash.GetHashAndReset(digest);
            Length = 0;
        }
        return Checksum.FromBytes(Checksum.Sha256, digest);
    }

    private Block Enqueue(ReadOnlyMemory<byte> data)
    {
        if (!_spare.TryPop(out var block))
            block = new(this);
        block.Data = data;
        _waiting.Enqueue(block);
        if (!_working)
        {
            _working = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        return block;
    }

    /// <summary>A waiting block and the task of its end, used again once that task was awaited.</summary>
    private sealed class Block(OverlappedSha256 owner) : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };

        public ReadOnlyMemory<byte> Data { get; set; }

        public ValueTask Task => new(this, _core.Version);

        public void Complete()
        {
            Data = default;
            _core.SetResult(true);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);

        public void GetResult(short token)
        {
            _core.GetResult(token);
            _core.Reset();
            lock (owner._gate)
                owner._spare.Push(this);
        }
    }
}
