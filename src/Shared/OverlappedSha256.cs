using System.Security.Cryptography;
using System.Threading.Tasks.Sources;

namespace Cairn.Integrity;

/// <summary>Computes the SHA-256 of a stream on another thread while the same bytes are written or the next ones are read.</summary>
/// <remarks>
/// <para>
/// <para><c>var hashed = sha.AppendAsync(block); await write(block); await hashed;</c>: the block is hashed while it is written, and can be reused after
/// both operations. Blocks are hashed in the order of the calls. The number of waiting bytes is bounded by the caller's buffers: blocks are not copied and
/// must not change before their task has completed.</para>
/// </para>
/// <para>
/// <para>Small blocks are hashed immediately on the caller's thread if no block is waiting, because a handover would cost more than the hash. Not
/// thread-safe.</para>
/// </para>
/// </remarks>
internal sealed class OverlappedSha256 : IThreadPoolWorkItem, IAsyncDisposable
{
    /// <summary>The maximum number of bytes that are hashed by the caller: about 10 µs of work, as much as waking a thread takes.</summary>
    internal const int InlineLimit = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Queue<Block> _waiting = new();
    private readonly Stack<Block> _spare = new();
    private bool _working;
    private bool _disposed;

    /// <summary>Gets the number of bytes appended so far.</summary>
    public long Length { get; private set; }

    /// <summary>Starts hashing the next block.</summary>
    /// <returns>A task that completes when the memory of the block can be reused. Await it once, before the memory is reused or returned to its
    /// pool.</returns>
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

    /// <summary>Hashes the next block on the caller's thread. All tasks of <see cref="AppendAsync"/> must have completed.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        for (var wait = default(SpinWait); !TryAppend(data); wait.SpinOnce())
        {
            // The other thread has finished the last block and is about to stop.
        }
    }

    /// <summary>Waits for all blocks and returns their digest. The instance can then be used for another digest.</summary>
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

    /// <summary>A waiting block and the task for its completion, which is reused after that task has been awaited.</summary>
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
