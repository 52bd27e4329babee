using System.Buffers;
using System.Net;
using System.Threading.Channels;
using Cairn.Providers;

namespace Cairn.Plugins.WebDav;

/// <summary>A write: one PUT, held under a lock from its condition to its end. The server publishes when it has the whole body; a broken one leaves the old content.</summary>
internal sealed class WebDavUpload(WebDavDriver driver, UploadRequest request) : StoreUpload
{
    private WebDavLock? _lock;
    private PartsContent? _body;
    private Task? _put;
    private CancellationTokenSource? _abort;

    public override bool AcceptsAnyPartSize => true;

    public override int GetPartSize(int number) => 1 << 20;

    public override async ValueTask WritePartAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if (_put is null)
        {
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
            _abort = new();
            _body = new(request.Length);
            _put = driver.Client.PutAsync(driver.Client.Keys.FileUrl(request.Path), _body, _lock?.Token, expectContinue: true, _abort.Token).AsTask();
        }
        await FeedAsync(part.Data, cancellationToken).ConfigureAwait(false);
        if (_lock is not null)
            await _lock.KeepAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<ArtifactInfo> CompleteAsync(UploadPart last, CancellationToken cancellationToken)
    {
        if (_put is null)
        {
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
            using var content = new ReadOnlyMemoryContent(last.Data);
            await driver.Client.PutAsync(driver.Client.Keys.FileUrl(request.Path), content, _lock?.Token, expectContinue: false, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            if (!last.Data.IsEmpty)
                await FeedAsync(last.Data, cancellationToken).ConfigureAwait(false);
            _body!.End();
            await _put.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        var info = await driver.Client.StatAsync(request.Path, cancellationToken).ConfigureAwait(false)
            ?? throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the server took the file and does not show it");
        await DisposeAsync().ConfigureAwait(false);
        return info;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_put is { IsCompleted: false })
        {
            await _abort!.CancelAsync().ConfigureAwait(false);
            await _put.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _abort?.Dispose();
        _abort = null;
        if (_lock is not null)
            await _lock.DisposeAsync().ConfigureAwait(false);
        _lock = null;
    }

    private async ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        if (_lock is not null)
            return;
        _lock = await driver.LockForWriteAsync(request.Path, cancellationToken).ConfigureAwait(false);
        await driver.CheckAsync(request.Path, request.Mode, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask FeedAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var taken = _body!.WriteAsync(data, cancellationToken);
        // A server that refuses answers before it has read the body: its answer is the error, not the broken pipe.
        if (await Task.WhenAny(taken, _put!).ConfigureAwait(false) == _put)
        {
            await _put!.ConfigureAwait(false);
            throw new ArtifactStoreException(StoreErrorCode.Unavailable, "the server answered before it had the whole file");
        }
        await taken.ConfigureAwait(false);
    }

    /// <summary>A request body that takes its pieces as they come, without a copy: each is the writer's own memory until it is sent.</summary>
    private sealed class PartsContent(long? length) : HttpContent
    {
        private readonly Channel<(ReadOnlyMemory<byte> Data, TaskCompletionSource Sent)> _parts =
            Channel.CreateUnbounded<(ReadOnlyMemory<byte>, TaskCompletionSource)>(new() { SingleReader = true });

        public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _parts.Writer.TryWrite((data, sent));
            return sent.Task.WaitAsync(cancellationToken);
        }

        public void End() => _parts.Writer.Complete();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await foreach (var (data, sent) in _parts.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    await stream.WriteAsync(data, cancellationToken).ConfigureAwait(false);
                    sent.TrySetResult();
                }
                catch (Exception e)
                {
                    sent.TrySetException(e);
                    throw;
                }
            }
        }

        protected override bool TryComputeLength(out long value)
        {
            value = length ?? 0;
            return length is not null;
        }
    }
}
