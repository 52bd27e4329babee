using System.Net;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Providers.S3;

/// <summary>Ends a request that transfers no data for a period, at any stage. A limit on the whole request would also end slow large requests.</summary>
internal sealed class S3IdleHandler(HttpMessageHandler inner, TimeSpan idle, ServiceContact? contact) : DelegatingHandler(inner)
{
    private const int SmallBody = 64 << 10;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        clock.CancelAfter(idle);
        if (request.Content is { } content && !IsSmall(content))
            request.Content = new SentContent(content, () => clock.CancelAfter(idle));
        try
        {
            var response = await base.SendAsync(request, clock.Token).ConfigureAwait(false);
            contact?.Answered();
            if (response.Content.Headers.ContentLength != 0)
                response.Content = new ReceivedContent(response.Content, idle);
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw StoodStill(idle, e);
        }
    }

    /// <summary>The content is sent in one or two pieces: the limit on the response covers it.</summary>
    private static bool IsSmall(HttpContent content) => content.Headers.ContentLength <= SmallBody;

    private static HttpRequestException StoodStill(TimeSpan idle, Exception inner) =>
        new(HttpRequestError.Unknown, $"No data was transferred for {idle.TotalSeconds:0.#} seconds.", new TimeoutException("The service did not respond.", inner));

    /// <summary>A request's body that reports each piece that was sent.</summary>
    private sealed class SentContent(HttpContent inner, Action moved) : S3PassedContent(inner)
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            Inner.CopyToAsync(new MeteredStream(stream, moved), context, cancellationToken);
    }

    /// <summary>An answer's body, no piece of which may take longer than the limit.</summary>
    private sealed class ReceivedContent(HttpContent inner, TimeSpan idle) : S3PassedContent(inner)
    {
        protected override async Task<Stream> CreateContentReadStreamAsync() => new PatientStream(await Inner.ReadAsStreamAsync().ConfigureAwait(false), idle);
    }

    private sealed class MeteredStream(Stream inner, Action moved) : WriteOnlyStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            moved();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            inner.Write(buffer);
            moved();
        }

        public override void Flush() => inner.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }

    private sealed class PatientStream(Stream inner, TimeSpan idle) : ReadOnlyStream
    {
        private CancellationTokenSource? _clock;
        private bool _isDisposed;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var clock = _clock ??= new();
            clock.CancelAfter(idle);
            try
            {
                using (cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), clock))
                    return await inner.ReadAsync(buffer, clock.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw StoodStill(idle, e);
            }
            catch (ObjectDisposedException e) when (!_isDisposed)
            {
                // The period ended while the previous piece arrived: that read succeeded, and the connection is closed.
                cancellationToken.ThrowIfCancellationRequested();
                throw StoodStill(idle, e);
            }
            finally
            {
                if (!clock.TryReset())
                {
                    clock.Dispose();
                    _clock = null;
                }
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _isDisposed = true;
                _clock?.Dispose();
                _clock = null;
                inner.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
