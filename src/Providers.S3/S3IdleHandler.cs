using System.Net;
using Cairn.Providers;
using Cairn.Streams;

namespace Cairn.Providers.S3;

/// <summary>Ends a request in which nothing moves for a while, at any stage: a limit on the whole would end slow large ones too.</summary>
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

    /// <summary>Goes out in one piece or two: the limit on the answer covers it.</summary>
    private static bool IsSmall(HttpContent content) => content.Headers.ContentLength <= SmallBody;

    private static HttpRequestException StoodStill(TimeSpan idle, Exception inner) =>
        new(HttpRequestError.Unknown, $"Nothing moved for {idle.TotalSeconds:0.#} seconds.", new TimeoutException("The service stood still.", inner));

    private static void CopyHeaders(HttpContent from, HttpContent to)
    {
        foreach (var (name, values) in from.Headers.NonValidated)
            to.Headers.TryAddWithoutValidation(name, values);
    }

    /// <summary>A request's body that tells of each piece that went out.</summary>
    private sealed class SentContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly Action _moved;

        public SentContent(HttpContent inner, Action moved)
        {
            (_inner, _moved) = (inner, moved);
            CopyHeaders(inner, this);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            _inner.CopyToAsync(new MeteredStream(stream, _moved), context, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength ?? 0;
            return _inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _inner.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>An answer's body, no piece of which may take longer than the limit.</summary>
    private sealed class ReceivedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private readonly TimeSpan _idle;

        public ReceivedContent(HttpContent inner, TimeSpan idle)
        {
            (_inner, _idle) = (inner, idle);
            CopyHeaders(inner, this);
        }

        protected override async Task<Stream> CreateContentReadStreamAsync() => new PatientStream(await _inner.ReadAsStreamAsync().ConfigureAwait(false), _idle);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var content = await CreateContentReadStreamAsync().ConfigureAwait(false);
            await content.CopyToAsync(stream).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength ?? 0;
            return _inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _inner.Dispose();
            base.Dispose(disposing);
        }
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
                _clock?.Dispose();
                _clock = null;
                inner.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
