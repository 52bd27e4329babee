using System.Collections.Concurrent;
using Cairn.Providers;
using Cairn.Providers.Memory;

namespace Cairn.Tests.Drivers;

/// <summary>A memory store that behaves as a remote one: content that cannot seek, short reads, connections that break, parts of a fixed size, and whatever a test asks for.</summary>
internal sealed class RemoteDriver(StoreDriver inner) : DelegatingStoreDriver(inner)
{
    private int _live;

    public Func<StoreCapabilities, StoreCapabilities> Declare { get; set; } = c => c;

    /// <summary>Breaks the n-th response (from 0) after so many bytes; null lets it be.</summary>
    public Func<int, long?> BreakAfter { get; set; } = _ => null;

    /// <summary>True to end a broken response early, false to throw.</summary>
    public bool EndsEarly { get; set; }

    /// <summary>What a broken response throws.</summary>
    public Func<Exception> Break { get; set; } = static () => new HttpIOException(HttpRequestError.ResponseEnded);

    /// <summary>True to answer with whatever version is there.</summary>
    public bool IgnoresIfMatch { get; set; }

    public Func<ReadRequest, Task> OnRead { get; set; } = _ => Task.CompletedTask;

    public int MaxRead { get; set; } = 10_000;

    public bool Seekable { get; set; }

    public int PartSize { get; set; } = 1000;

    public int MaxParts { get; set; } = 4;

    public bool AnyPartSize { get; set; }

    public Func<UploadPart, CancellationToken, Task> OnPart { get; set; } = (_, _) => Task.CompletedTask;

    public Func<CancellationToken, Task> OnComplete { get; set; } = _ => Task.CompletedTask;

    public Func<CopyRequest, Task> OnCopy { get; set; } = _ => Task.CompletedTask;

    public Func<DeleteRequest, Task> OnDelete { get; set; } = _ => Task.CompletedTask;

    public Exception? ThrowOnDispose { get; set; }

    public ConcurrentQueue<ReadRequest> Opened { get; } = new();

    public ConcurrentQueue<ListRequest> Listed { get; } = new();

    public ConcurrentQueue<(int Number, long Offset, int Length)> Parts { get; } = new();

    public ConcurrentQueue<DeleteRequest> Deleted { get; } = new();

    public int Copies { get; private set; }

    public int Live => _live;

    public long Served;

    public override StoreCapabilities Capabilities => Declare(Inner.Capabilities);

    public static async Task<(RemoteDriver Driver, ArtifactStore Store)> OpenAsync(ArtifactStoreOptions? options = null, string name = "remote")
    {
        var inner = await new MemoryProvider().OpenAsync(new StoreContext { Root = StoreUri.Parse($"mem://{name}") }, default);
        var driver = new RemoteDriver(inner);
        return (driver, new ArtifactStore(driver, options));
    }

    public override async ValueTask<StoreRead> OpenReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        var number = Opened.Count;
        Opened.Enqueue(request);
        await OnRead(request);
        var read = await Inner.OpenReadAsync(IgnoresIfMatch ? request with { IfMatch = null } : request, cancellationToken);
        if (Seekable)
            return read;
        var length = request.Range.LengthIn(read.Info.Length);
        Interlocked.Increment(ref _live);
        return new StoreRead(read.Info, new Response(this, read.Content, length, BreakAfter(number)), read);
    }

    public override async ValueTask<StoreUpload> BeginUploadAsync(UploadRequest request, CancellationToken cancellationToken) =>
        new Upload(this, await Inner.BeginUploadAsync(request, cancellationToken));

    public override IAsyncEnumerable<IReadOnlyList<StoreEntry>> ListAsync(ListRequest request, CancellationToken cancellationToken)
    {
        Listed.Enqueue(request);
        return Inner.ListAsync(request, cancellationToken);
    }

    public override async ValueTask<IReadOnlyList<DeleteResult>> DeleteAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        Deleted.Enqueue(request);
        await OnDelete(request);
        return await Inner.DeleteAsync(request, cancellationToken);
    }

    public override async ValueTask<StoreEntry> CopyAsync(CopyRequest request, CancellationToken cancellationToken)
    {
        Copies++;
        await OnCopy(request);
        return await Inner.CopyAsync(request, cancellationToken);
    }

    private sealed class Response(RemoteDriver driver, Stream content, long length, long? breakAfter) : Stream
    {
        private long _served;
        private bool _closed;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closed, this);
            var room = Math.Min(Math.Min(buffer.Length, driver.MaxRead), length - _served);
            if (breakAfter is { } limit)
            {
                if (_served >= limit)
                    return driver.EndsEarly ? 0 : throw driver.Break();
                room = Math.Min(room, limit - _served);
            }
            var count = room == 0 ? 0 : content.Read(buffer.Span[..(int)Random.Shared.NextInt64(1, room + 1)]);
            _served += count;
            Interlocked.Add(ref driver.Served, count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (!_closed)
                Interlocked.Decrement(ref driver._live);
            _closed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class Upload(RemoteDriver driver, StoreUpload inner) : DelegatingStoreUpload(inner)
    {
        public override int MaxParallelParts => driver.MaxParts;

        public override bool AcceptsAnyPartSize => driver.AnyPartSize;

        public override int GetPartSize(int number) => driver.PartSize;

        public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
        {
            driver.Parts.Enqueue((part.Number, part.Offset, part.Data.Length));
            await driver.OnPart(part, cancellationToken);
            await Inner.WritePartAsync(part, cancellationToken);
        }

        public override async ValueTask<StoreEntry> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
        {
            driver.Parts.Enqueue((last.Number, last.Offset, last.Data.Length));
            await driver.OnComplete(cancellationToken);
            return await Inner.CompleteAsync(last, cancellationToken);
        }

        public override async ValueTask DisposeAsync()
        {
            await Inner.DisposeAsync();
            if (driver.ThrowOnDispose is { } failure)
                throw failure;
        }
    }
}
